/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a task or CPU waits for, as the functions of its stack tell. */
#ifndef VMC_INQUEST_WAITS_H
#define VMC_INQUEST_WAITS_H

#include "inquest/report.h"

#define VMC_WAIT_PATTERNS 14

struct vmc_wait {
	const char *functions[VMC_WAIT_PATTERNS];
	const char *what;  /* "a mutex"; English, for vmc_say() */
	const char *where; /* where to look for who holds it up */
	enum vmc_wait_kind {
		VMC_WAIT_TASK,	  /* for another task or a device */
		VMC_WAIT_GENERIC, /* the same, and only how, not what for */
		VMC_WAIT_CPU,	  /* busily, for another CPU */
	} kind;
};

/* NULL where the stack shows no wait: then whoever it belongs to was busy itself. */
const struct vmc_wait *vmc_inquest_wait_of(const struct vmc_oops *o,
					   const struct vmc_oops_frame **ret_frame);

#endif
