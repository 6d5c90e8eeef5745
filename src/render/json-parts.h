/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of the report object that have a file of their own; json.c puts them together. */
#ifndef VMC_RENDER_JSON_PARTS_H
#define VMC_RENDER_JSON_PARTS_H

#include "inquest/report.h"
#include "render/jsonutil.h"

/* json-verdict.c */
struct json_object *vmc_json_verdict(const struct vmc_report *r);
struct json_object *vmc_json_events(const struct vmc_report *r);
struct json_object *vmc_json_findings(const struct vmc_report *r);
struct json_object *vmc_json_unexplained(const struct vmc_report *r);
struct json_object *vmc_json_texts(const char *const *list, size_t n);
/* json-facts.c */
struct json_object *vmc_json_taint(const struct vmc_report *r);
struct json_object *vmc_json_modules(const struct vmc_report *r);
struct json_object *vmc_json_environment(const struct vmc_report *r);
/* json-stack.c */
struct json_object *vmc_json_backtrace(const struct vmc_trace *tr);
struct json_object *vmc_json_cpus(const struct vmc_report *r);
/* json-code.c; NULL where no code is known */
struct json_object *vmc_json_code(const struct vmc_report *r);

#endif
