// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a program and says how much memory of its own it had at most.
 *
 *   private FILE PROGRAM [ARGUMENT...]      bytes are written to FILE; the exit status is the program's
 *
 * Peak RSS (getrusage) counts every page of a mapped vmlinux that was looked at, though the kernel can take such a page back at
 * any time and shares it with whoever maps the same file. What a program really takes from others are its anonymous pages, RssAnon in
 * /proc/PID/status. The kernel keeps no peak of that, but it only ever falls in munmap, mremap, madvise, brk, execve and at the end of the
 * process: so a seccomp filter stops the program just before each of these and the number is read then. Of several processes
 * the largest counts, as with ru_maxrss. The stops cost time: runs under this program are not the ones that are timed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_AT(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)

static struct sock_filter shrinking[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	STOP_AT(SYS_munmap),
	STOP_AT(SYS_mremap),
	STOP_AT(SYS_madvise),
	STOP_AT(SYS_brk),
	STOP_AT(SYS_execve),
	STOP_AT(SYS_execveat),
	STOP_AT(SYS_exit_group),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static _Noreturn void run_traced(char **command)
{
	const struct sock_fprog program = { sizeof(shrinking) / sizeof(shrinking[0]), shrinking };
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0)) {
		perror("private: no stops");
		_exit(127);
	}
	execvp(command[0], command);
	fprintf(stderr, "private: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

// Bytes of anonymous pages of a stopped process; 0 if they cannot be read.
static uint64_t anonymous(pid_t pid)
{
	char path[64], line[256];
	unsigned long long kib = 0;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *status = fopen(path, "r");
	while (status && fgets(line, sizeof(line), status) && sscanf(line, "RssAnon: %llu kB", &kib) != 1)
		;
	if (status)
		fclose(status);
	return kib * 1024;
}

// Follows the program and all that it starts to their end. Returns the wait status of the first, the peak in *peak.
static int follow(pid_t first, uint64_t *peak)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
	int status, result = 0;
	pid_t pid;

	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status))
		return status;
	ptrace(PTRACE_SETOPTIONS, first, NULL, options);
	ptrace(PTRACE_CONT, first, NULL, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (pid == first)
				result = status;
			continue;
		}
		const int event = status >> 16, signal = WSTOPSIG(status);
		if (event == PTRACE_EVENT_SECCOMP || event == PTRACE_EVENT_EXIT) {
			const uint64_t now = anonymous(pid);
			if (now > *peak)
				*peak = now;
		}
		// A new thread or process begins with a SIGSTOP of the tracing, which is not for it.
		const long deliver = event || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal;
		ptrace(PTRACE_CONT, pid, NULL, deliver);
	}
	return result;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: private FILE PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	const pid_t first = fork();
	if (first == 0)
		run_traced(argv + 2);
	uint64_t peak = 0;
	const int status = first > 0 ? follow(first, &peak) : 0;
	FILE *out = fopen(argv[1], "w");
	if (first < 0 || !out || fprintf(out, "%" PRIu64 "\n", peak) < 0 || fclose(out)) {
		fprintf(stderr, "private: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
