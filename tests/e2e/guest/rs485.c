// SPDX-License-Identifier: GPL-2.0-only
/* rs485 TTY: what its driver says of the direction of RS-485: "off", or the level of RTS */
#include <fcntl.h>
#include <linux/serial.h>
#include <stdio.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct serial_rs485 rs485;
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, TIOCGRS485, &rs485)) {
		perror(argv[1]);
		return 1;
	}
	if (!(rs485.flags & SER_RS485_ENABLED))
		puts("off");
	else
		printf("sending %d, after %d\n", !!(rs485.flags & SER_RS485_RTS_ON_SEND),
		       !!(rs485.flags & SER_RS485_RTS_AFTER_SEND));
	return 0;
}
