/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/fill.h"

#include <stdlib.h>
#include <string.h>

#include "knowledge/pattern.h"

#define NAME_MAX_LEN 31
/* Longer values, and more of them, would make a title unreadable. */
#define VALUE_MAX 64
#define VALUES_SHOWN 3
#define LINES_MAX 16

/* "{name|form}" */
struct slot {
	char name[NAME_MAX_LEN + 1], form[NAME_MAX_LEN + 1];
};

struct filler {
	struct vmc_engine *engine;
	struct vmc_pattern *pattern;
	const struct vmc_fill_line *lines;
	size_t n;
};

static void as_is(const char *value, struct vmc_str *out)
{
	vmc_str_add(out, value);
}

/* Nanoseconds as a person says them. */
static void as_time(const char *value, struct vmc_str *out)
{
	static const struct {
		double ns;
		const char *unit;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" }, { 1, "ns" } };
	double ns = strtod(value, NULL);
	size_t i = 0;

	while (i + 1 < VMC_ARRAY_SIZE(units) && ns < units[i].ns)
		i++;
	vmc_str_addf(out, "%.1f %s", ns / units[i].ns, units[i].unit);
}

/* A port with the service that usually listens there (IANA's register, and habit). */
static void as_port(const char *value, struct vmc_str *out)
{
	static const struct {
		unsigned long port;
		const char *service;
	} services[] = {
		{ 21, "ftp" },	       { 22, "ssh" },	       { 25, "smtp" },
		{ 53, "dns" },	       { 80, "http" },	       { 110, "pop3" },
		{ 111, "rpcbind" },    { 143, "imap" },	       { 389, "ldap" },
		{ 443, "https" },      { 445, "smb" },	       { 636, "ldaps" },
		{ 873, "rsync" },      { 993, "imaps" },       { 1433, "sql server" },
		{ 1521, "oracle" },    { 1883, "mqtt" },       { 2049, "nfs" },
		{ 2181, "zookeeper" }, { 2375, "docker" },     { 2379, "etcd" },
		{ 3128, "squid" },     { 3260, "iscsi" },      { 3306, "mysql" },
		{ 3389, "rdp" },       { 5060, "sip" },	       { 5432, "postgresql" },
		{ 5672, "amqp" },      { 6379, "redis" },      { 6443, "kubernetes api" },
		{ 8080, "http" },      { 8443, "https" },      { 9000, "fastcgi" },
		{ 9042, "cassandra" }, { 9092, "kafka" },      { 9200, "elasticsearch" },
		{ 10250, "kubelet" },  { 11211, "memcached" }, { 15672, "rabbitmq" },
		{ 27017, "mongodb" },  { 50070, "hdfs" },
	};
	unsigned long port = strtoul(value, NULL, 10);

	vmc_str_add(out, value);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(services); i++) {
		if (services[i].port == port)
			vmc_str_addf(out, " (%s)", services[i].service);
	}
}

static const struct form {
	const char *name;
	void (*add)(const char *value, struct vmc_str *out);
} forms[] = {
	{ "", as_is },
	{ "time", as_time }, /* of nanoseconds */
	{ "port", as_port },
};

static const struct form *find_form(const char *name)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(forms); i++) {
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	}
	return NULL;
}

/* A word up to one of `ends`; bytes read, 0 for no such word. */
static size_t word(const char *p, const char *ends, char ret[NAME_MAX_LEN + 1])
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!n || n > NAME_MAX_LEN || !p[n] || !strchr(ends, p[n]))
		return 0;
	memcpy(ret, p, n);
	ret[n] = '\0';
	return n;
}

/* Length of the slot at p, 0 for plain text. */
static size_t slot_at(const char *p, struct slot *ret)
{
	size_t n, k = 0;

	if (*p != '{')
		return 0;
	ret->form[0] = '\0';
	n = word(p + 1, "|}", ret->name);
	if (n && p[n + 1] == '|') {
		k = word(p + n + 2, "}", ret->form);
		if (!k)
			return 0;
		k++;
	}
	return n ? n + k + 2 : 0;
}

/* The value in one line; false when it has none. */
static bool value_in(const struct filler *f, const struct slot *s, size_t i,
		     char ret[VALUE_MAX + 1])
{
	const struct vmc_fill_line *l = &f->lines[i];
	struct vmc_span span;

	if (vmc_pattern_find(f->engine, f->pattern, l->text, l->len, &span) != VMC_ANSWER_YES ||
	    !vmc_pattern_group(f->engine, f->pattern, s->name, &span) || !span.len)
		return false;
	if (span.len > VALUE_MAX)
		span.len = VALUE_MAX;
	memcpy(ret, l->text + span.at, span.len);
	ret[span.len] = '\0';
	return true;
}

/* The different values of all lines, in their order. */
static void fill_slot(const struct filler *f, const struct slot *s, struct vmc_str *out)
{
	char values[VALUES_SHOWN][VALUE_MAX + 1], value[VALUE_MAX + 1];
	const struct form *form = find_form(s->form);
	size_t shown = 0;

	for (size_t i = 0; i < f->n; i++) {
		size_t k = 0;

		if (!value_in(f, s, i, value))
			continue;
		while (k < shown && strcmp(values[k], value) != 0)
			k++;
		if (k < shown)
			continue;
		if (shown == VALUES_SHOWN) {
			vmc_str_add(out, ", ...");
			return;
		}
		vmc_str_add(out, shown ? ", " : "");
		(form ? form : forms)->add(value, out);
		memcpy(values[shown++], value, sizeof(value));
	}
	if (!shown)
		vmc_str_addc(out, '?');
}

static struct vmc_error *open_filler(const struct vmc_rule *rule, struct filler *f)
{
	VMC_TRY(vmc_engine_new(&f->engine));
	return vmc_pattern_new(rule->pattern, &f->pattern);
}

static void close_filler(struct filler *f)
{
	vmc_pattern_free(f->pattern);
	vmc_engine_free(f->engine);
}

/* True when there is a slot at all, which most sentences do not have. */
static bool has_slot(const char *sentence)
{
	struct slot s;

	for (const char *p = sentence; (p = strchr(p, '{')); p++) {
		if (slot_at(p, &s))
			return true;
	}
	return false;
}

struct vmc_error *vmc_fill(const struct vmc_rule *rule, const char *sentence,
			   const struct vmc_fill_line *lines, size_t n, struct vmc_str *out)
{
	struct filler f = { .lines = lines, .n = n < LINES_MAX ? n : LINES_MAX };
	struct vmc_error *err;
	struct slot s;

	if (!has_slot(sentence)) {
		vmc_str_add(out, sentence);
		return NULL;
	}
	err = open_filler(rule, &f);
	for (const char *p = sentence; !err && *p;) {
		size_t len = slot_at(p, &s);

		if (len)
			fill_slot(&f, &s, out);
		else
			vmc_str_addc(out, *p);
		p += len ? len : 1;
	}
	close_filler(&f);
	return err;
}

struct vmc_error *vmc_fill_example(const struct vmc_rule *rule, const char *sentence,
				   struct vmc_str *out)
{
	const char *text = rule->examples.n ? rule->examples.items[0] : "";
	const struct vmc_fill_line line = { text, strlen(text) };

	return vmc_fill(rule, sentence, &line, 1, out);
}

static struct vmc_error *check_slot(struct filler *f, const struct slot *s)
{
	char value[VALUE_MAX + 1];

	if (!find_form(s->form))
		return vmc_error_new(VMC_BAD_FORMAT, "{%s|%s}: there is no such form", s->name,
				     s->form);
	for (size_t i = 0; i < f->n; i++) {
		if (!value_in(f, s, i, value))
			return vmc_error_new(VMC_MISMATCH, "{%s}: example %zu has no such value",
					     s->name, i + 1);
	}
	return NULL;
}

static struct vmc_error *check_said(struct filler *f, const struct vmc_said *said)
{
	struct slot s;

	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		for (const char *p = said->in[i]; p && *p; p++) {
			if (slot_at(p, &s))
				VMC_TRY(check_slot(f, &s));
		}
	}
	return NULL;
}

struct vmc_error *vmc_fill_check(const struct vmc_rule *rule)
{
	size_t n = rule->examples.n;
	vmc_autofree struct vmc_fill_line *lines = calloc(n + 1, sizeof(*lines));
	struct filler f = { .lines = lines, .n = n };
	struct vmc_error *err;

	if (!lines)
		return vmc_error_no_memory();
	for (size_t i = 0; i < n; i++)
		lines[i] = (struct vmc_fill_line){ rule->examples.items[i],
						   strlen(rule->examples.items[i]) };
	err = open_filler(rule, &f);
	if (!err)
		err = check_said(&f, &rule->title);
	if (!err)
		err = check_said(&f, &rule->meaning);
	close_filler(&f);
	return err;
}
