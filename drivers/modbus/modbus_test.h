/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bus with devices and a driver for KUnit tests.
 */
#ifndef _MODBUS_TEST_H
#define _MODBUS_TEST_H

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../serial_xfer/serial_xfer_test_line.h"
#include "internal.h"

#define TEST_SPEED		115200
#define TEST_TIMEOUT_MS		150
#define TEST_ALWAYS		UINT_MAX
#define TEST_REGS		256
#define TEST_SLAVES		3
#define TEST_HELD		4

/* Registers 0 and 1 are a device's serial number; this in register 0 is unknown. */
#define TEST_UNKNOWN		0xbad0

/* What a slave does at these registers can be chosen. */
#define TEST_BLOCK		100

/**
 * struct test_slave - a device on the line
 * @unit: its address; 0 if there is none
 * @line: the settings at which it understands anything; any if the speed is 0
 * @regs: its registers
 * @silent: so many requests are not answered
 * @silent_block: so many requests for TEST_BLOCK and above are not answered
 * @damage_block: so many replies with them are damaged
 * @refuse: all requests are answered with this exception
 * @refuse_block: requests for them are answered with this exception
 * @garbage: so many requests are answered with a few bytes that are no frame; a
 *	reply follows only if it is held back
 * @pieces: replies come in pieces, whose lengths this chooses; or NULL
 * @hold: so many replies are held back, and come before the reply after them
 * @requests: requests that it has understood
 * @block_requests: those for TEST_BLOCK and above
 * @nr_held: replies held back
 * @held: these replies
 * @held_len: their lengths
 */
struct test_slave {
	u8 unit;
	struct serial_xfer_line line;
	u16 regs[TEST_REGS];
	unsigned int silent;
	unsigned int silent_block;
	unsigned int damage_block;
	u8 refuse;
	u8 refuse_block;
	unsigned int garbage;
	struct rnd_state *pieces;
	unsigned int hold;
	unsigned int requests;
	unsigned int block_requests;
	unsigned int nr_held;
	u8 held[TEST_HELD][MODBUS_RTU_MAX_ADU];
	size_t held_len[TEST_HELD];
};

/**
 * struct modbus_test - what a test of the bus needs
 * @test: the test
 * @line: the line
 * @ctrl: the controller on it; NULL once it has been unregistered
 * @slaves: devices on the line
 * @driver: a driver for kunit-meter
 * @probe_block: its probe reads this many registers at TEST_BLOCK as well
 * @probes: how often its probe was called
 * @verifies: and its verify
 * @removes: and its remove
 * @released: how often what a probe had allocated was released
 * @probe_error: what the last probe returned
 * @serial: serial number that the last successful probe has read
 * @gone: remove waits until this is complete, if @wait_gone
 * @wait_gone: see there
 * @kept: text that the last probe has found in the platform data, or empty
 */
struct modbus_test {
	struct kunit *test;
	struct test_line *line;
	struct modbus_controller *ctrl;
	struct test_slave slaves[TEST_SLAVES];

	struct modbus_driver driver;
	unsigned int probe_block;
	unsigned int probes;
	unsigned int verifies;
	unsigned int removes;
	unsigned int released;
	int probe_error;
	u32 serial;
	struct completion gone;
	bool wait_gone;
	char kept[8];
};

struct software_node;

struct modbus_test *modbus_test_create(struct kunit *test, const struct software_node **nodes);
int modbus_test_init(struct kunit *test);
void modbus_test_use_driver(struct modbus_test *ctx);
void modbus_test_drop_controller(struct modbus_test *ctx);
struct modbus_device_priv *modbus_test_device(struct modbus_test *ctx, u8 unit);
struct modbus_device_priv *modbus_test_online(struct modbus_test *ctx, u8 unit);
bool modbus_test_reaches(struct modbus_device_priv *priv, enum serial_xfer_presence state);
void modbus_test_hurry(struct modbus_device_priv *priv);
ssize_t modbus_test_store(struct device *dev, const char *name, const char *text);
const char *modbus_test_show(struct kunit *test, struct device *dev, const char *name);

static inline s64 modbus_test_count(struct modbus_device_priv *priv, enum serial_xfer_stat stat)
{
	return atomic64_read(&priv->client.stats.count[stat]);
}

#endif
