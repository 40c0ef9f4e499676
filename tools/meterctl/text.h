/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_TEXT_H
#define METERCTL_TEXT_H

/* What was cut inside a character of several bytes ends before it. */
void text_cut(char *text);

/*
 * Labels are anybody's, and JSON and Prometheus know UTF-8 only: bytes that are none, and
 * control characters, become question marks.
 */
void text_clean(char *text);

#endif
