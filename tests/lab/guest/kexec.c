// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec KERNEL INITRD COMMAND-LINE: load a capture kernel that starts when this one panics. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ON_CRASH = 2 };

int main(int count, char **words)
{
	if (count != 4)
		return 2;
	int kernel = open(words[1], O_RDONLY), initrd = open(words[2], O_RDONLY);

	if (kernel < 0 || initrd < 0 || syscall(SYS_kexec_file_load, kernel, initrd, strlen(words[3]) + 1, words[3], ON_CRASH) != 0) {
		perror("kexec");
		return 1;
	}
	return 0;
}
