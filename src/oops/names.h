/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which functions of a trace are never to blame, and how a function's name is
 * shown in a title. The lists are data: a pattern is a substring, '^' binds it
 * to the start, '$' to the end of the name, '*' stands for any run.
 */
#ifndef VMC_OOPS_NAMES_H
#define VMC_OOPS_NAMES_H

#include "base/str.h"
#include "oops/text.h"

/* Helpers that many callers share: locks, allocators, printers, checkers ... */
extern const char *const vmc_oops_helpers[];
/* Frames below which the work proper begins; of a stall, the frame above one is the culprit. */
extern const char *const vmc_oops_anchors[];
/* How a task waits; of a hung task, the first frame that is none of these is the culprit. */
extern const char *const vmc_oops_waits[];

bool vmc_oops_name_matches(struct slice name, const char *const *patterns);

/* Name without compiler suffixes: "f.isra.0" -> "f". */
struct slice vmc_oops_name_stem(struct slice name);
/* Without one system call prefix: "__x64_sys_read" -> "sys_read", "SyS_read" -> "read". */
struct slice vmc_oops_name_without_syscall(struct slice name);
/*
 * Appends the readable form of a mangled C++ or Rust name, without parameter
 * types: "_Z3fooi" -> "foo". False, and nothing appended, for any other name.
 */
bool vmc_oops_name_demangle(struct slice name, struct vmc_str *out);

#endif
