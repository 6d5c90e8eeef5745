/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prompt of the shell: line editing, history, completion of command names. */
#ifndef VMC_CLI_PROMPT_H
#define VMC_CLI_PROMPT_H

#include "base/error.h"

struct vmc_prompt;

struct vmc_error *vmc_prompt_new(struct vmc_prompt **ret) VMC_MUST_CHECK;
/* The next line, valid until the next call; NULL at the end of input. Ctrl-C starts a new line. */
const char *vmc_prompt_line(struct vmc_prompt *p);
/* Saves the history and gives the terminal back. */
void vmc_prompt_free(struct vmc_prompt *p);

VMC_DEFINE_CLEANUP(struct vmc_prompt *, vmc_prompt_free, vmc_cleanup_promptp)
#define vmc_autoprompt vmc_cleanup(vmc_cleanup_promptp)

#endif
