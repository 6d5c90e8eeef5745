/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Special values out of their YAML files, for the program of the build that makes the table. */
#ifndef VMC_KNOWLEDGE_VALUES_H
#define VMC_KNOWLEDGE_VALUES_H

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "knowledge/value.h"

/* Zero-initialised is empty; several files may be read into one. */
struct vmc_values {
	VMC_VEC(struct vmc_value) values;
	VMC_VEC(struct vmc_error *) problems; /* "file:line: reason" */
	struct vmc_arena arena;		      /* all texts */
};

/* Adds the entries of a file's text. Fails only when memory runs out; all else is in `problems`. */
struct vmc_error *vmc_values_parse(const char *file, const char *text, size_t size,
				   struct vmc_values *v) VMC_MUST_CHECK;
/* What no entry can show alone: rows of a group that claim the same, groups that are not there. */
void vmc_values_check(struct vmc_values *v);
void vmc_values_deinit(struct vmc_values *v);
#define vmc_autovalues vmc_cleanup(vmc_values_deinit)

#endif
