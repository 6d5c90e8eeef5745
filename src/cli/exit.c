/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How answers leave the program and how it ends. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "render/words.h"

void vmc_exit_note(const char *fmt, ...)
{
	vmc_autostr struct vmc_str text = { 0 }, line = { 0 };
	va_list ap;
	int why;

	va_start(ap, fmt);
	vmc_str_addv(&text, fmt, ap);
	va_end(ap);
	vmc_str_add(&line, "vmcoroner: ");
	vmc_words_safe(&line, vmc_str_text(&text));
	vmc_str_addc(&line, '\n');
	/* nobody is left to tell where standard error itself fails */
	vmc_error_free(vmc_write_all(STDERR_FILENO, vmc_str_text(&line), line.len, &why));
}

enum vmc_exit vmc_exit_error(struct vmc_error *err)
{
	enum vmc_exit status = vmc_error_code(err) == VMC_USAGE ? VMC_EXIT_USAGE : VMC_EXIT_INPUT;

	vmc_exit_note("%s", vmc_error_text(err));
	vmc_error_free(err);
	return status;
}

struct vmc_error *vmc_write_all(int fd, const char *data, size_t size, int *ret_errno)
{
	*ret_errno = 0;
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*ret_errno = errno;
			return vmc_error_os(errno, "the output could not be written");
		}
		data += n;
		size -= (size_t)n;
	}
	return NULL;
}

struct vmc_error *vmc_temporary(const char *path, struct vmc_str *ret_name, int *ret_fd)
{
	vmc_str_clear(ret_name);
	vmc_str_addf(ret_name, "%s.XXXXXX", path);
	if (ret_name->failed)
		return vmc_error_no_memory();
	*ret_fd = mkostemp(ret_name->data, O_CLOEXEC);
	if (*ret_fd < 0)
		return vmc_error_os(errno, "%s: no file can be made here", path);
	return NULL;
}

/* Reports are ordinary files: as open enough as the umask lets them be. */
static void open_up(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(fd, 0666 & ~mask) != 0)
		return; /* stays private: no reason to fail */
}

static struct vmc_error *write_direct(const char *path, const struct vmc_str *text, int *why)
{
	vmc_autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return vmc_error_os(errno, "it cannot be opened");
	return vmc_write_all(fd, vmc_str_text(text), text->len, why);
}

static struct vmc_error *write_file(const char *path, const struct vmc_str *text, int *why)
{
	vmc_autostr struct vmc_str name = { 0 };
	struct vmc_error *err;
	struct stat st;
	int fd;

	/* a device or a pipe cannot be replaced by renaming */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return vmc_error_wrap(write_direct(path, text, why), "%s", path);
	VMC_TRY(vmc_temporary(path, &name, &fd));
	open_up(fd);
	err = vmc_write_all(fd, vmc_str_text(text), text->len, why);
	if (close(fd) != 0 && !err)
		err = vmc_error_os(errno, "the output could not be written");
	if (!err && rename(vmc_str_text(&name), path) != 0)
		err = vmc_error_os(errno, "%s: the finished file could not take this name", path);
	if (err)
		unlink(vmc_str_text(&name));
	return vmc_error_wrap(err, "%s", path);
}

enum vmc_exit vmc_exit_write(const char *path, const struct vmc_str *text, enum vmc_exit status)
{
	struct vmc_error *err;
	int why = 0;

	if (text->failed)
		return vmc_exit_error(vmc_error_no_memory());
	err = path ? write_file(path, text, &why)
		   : vmc_write_all(STDOUT_FILENO, vmc_str_text(text), text->len, &why);
	if (err && why == EPIPE) {
		vmc_error_free(err);
		return status;
	}
	return err ? vmc_exit_error(err) : status;
}

struct vmc_style vmc_terminal_style(const char *output)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct vmc_style style = { 0 };
	struct winsize size;

	if (output || !isatty(STDOUT_FILENO))
		return style;
	style.color = !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		style.width = size.ws_col;
	return style;
}
