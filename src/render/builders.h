/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections of the report, one function each: nothing is added where there
 * is nothing to say. Their order is the table in sections.c.
 */
#ifndef VMC_RENDER_BUILDERS_H
#define VMC_RENDER_BUILDERS_H

#include "render/sections.h"

/* verdict-section.c */
void vmc_section_verdict(const struct vmc_report *r, struct vmc_sheet *s);
/* stack-sections.c */
void vmc_section_backtrace(const struct vmc_report *r, struct vmc_sheet *s);
void vmc_section_cpus(const struct vmc_report *r, struct vmc_sheet *s);
/* code-section.c */
void vmc_section_code(const struct vmc_report *r, struct vmc_sheet *s);
/* registers-section.c */
void vmc_section_registers(const struct vmc_report *r, struct vmc_sheet *s);
/* events-section.c */
void vmc_section_events(const struct vmc_report *r, struct vmc_sheet *s);
/* findings-section.c */
void vmc_section_findings(const struct vmc_report *r, struct vmc_sheet *s);
/* environment-section.c */
void vmc_section_environment(const struct vmc_report *r, struct vmc_sheet *s);
/* taint-section.c */
void vmc_section_taint(const struct vmc_report *r, struct vmc_sheet *s);
/* closing-sections.c */
void vmc_section_unavailable(const struct vmc_report *r, struct vmc_sheet *s);
void vmc_section_footer(const struct vmc_report *r, struct vmc_sheet *s);

#endif
