/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands, one file each; the table that holds them is in command.c. */
#ifndef VMC_COMMAND_LIST_H
#define VMC_COMMAND_LIST_H

#include "command/command.h"

extern const struct vmc_command vmc_command_bt;
extern const struct vmc_command vmc_command_help;
extern const struct vmc_command vmc_command_log;
extern const struct vmc_command vmc_command_mod;
extern const struct vmc_command vmc_command_ps;
extern const struct vmc_command vmc_command_quit;
extern const struct vmc_command vmc_command_rd;
extern const struct vmc_command vmc_command_set;
extern const struct vmc_command vmc_command_shape;
extern const struct vmc_command vmc_command_struct;
extern const struct vmc_command vmc_command_sym;
extern const struct vmc_command vmc_command_sys;
extern const struct vmc_command vmc_command_whatis;

#endif
