// SPDX-License-Identifier: GPL-2.0-or-later
/* A kernel that does what it takes to die like an old one: some tasks, a module, a system call that goes wrong in it. */
#include "types.h"

#if KERNEL == 26
#define RELEASE "2.6.32-431.el6.x86_64"
#define VERSION "#1 SMP Fri Nov 22 03:15:09 UTC 2013"
#else
#define RELEASE "3.10.0-123.9.3.el7.x86_64"
#define VERSION "#1 SMP Thu Nov 6 15:06:03 UTC 2014"
#endif

const char linux_banner[] = "Linux version " RELEASE " (mockbuild@builder) (gcc version 4.8.5) " VERSION "\n";
struct uts_namespace init_uts_ns = { .kref = { 2 }, .name = { "Linux", "vm-1", RELEASE, VERSION, "x86_64", "(none)" } };
static char command_line[] = "root=/dev/vda1 ro console=ttyS0";
char *saved_command_line = command_line;
unsigned long avenrun[3] = { 594, 471, 451 }; /* 0.29 0.23 0.22, 11 bits of fraction */
unsigned long tainted_mask;
unsigned int cpu_khz = 2593748;
int nr_cpu_ids = 1;
int crashing_cpu = -1;
static unsigned long cpu_present_bits[80] = { 1 };
static unsigned long cpu_online_bits[80] = { 1 };
const unsigned long *const cpu_present_mask = cpu_present_bits;
const unsigned long *const cpu_online_mask = cpu_online_bits;
unsigned long __per_cpu_offset[1];
struct pglist_data *node_data[64];
__attribute__((used)) static char *dmi_ident[10] = { 0, 0, 0, 0, "QEMU", "Standard PC (i440FX + PIIX, 1996)" };
extern char __per_cpu_load[], __per_cpu_start[], __per_cpu_end[];

__attribute__((used)) static struct clocksource kvm_clock = { .rating = 400, .name = "kvm-clock", .shift = 8, .mult = 256 };
#if KERNEL == 26
struct timespec xtime = { 1487926125, 307000000 };
struct timespec wall_to_monotonic = { -1474545504, 0 };
#else
__attribute__((used)) static struct timekeeper timekeeper = {
	.clock = &kvm_clock, .mult = 256, .shift = 8, .xtime_sec = 1487926125, .xtime_nsec = 307000000UL << 8,
	.wall_to_monotonic = { -1474545504, 0 },
};
#endif

DEFINE_PER_CPU(int, cpu_number);

void *memcpy(void *to, const void *from, unsigned long size)
{
	void *start = to;
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return start;
}

void *memset(void *to, int byte, unsigned long size)
{
	void *start = to;
	asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
	return start;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

static unsigned long next_free = PAGE_OFFSET + 0x2800000;

void *kmalloc(unsigned long size, unsigned long align)
{
	next_free = (next_free + align - 1) & -align;
	void *object = (void *)next_free;
	next_free += size;
	return memset(object, 0, size);
}

void map_page(unsigned long *pgd, unsigned long address, unsigned long physical, unsigned long flags)
{
	unsigned long *table = pgd;
	for (int shift = 39; shift > 12; shift -= 9) {
		unsigned long *slot = &table[address >> shift & 511];
		if (!(*slot & 1) || *slot & 0x80)
			*slot = __pa(kmalloc(4096, 4096)) | 0x67;
		table = __va(*slot & 0xffffffffff000UL);
	}
	table[address >> 12 & 511] = physical | flags;
}

static void setup_per_cpu_areas(void)
{
	unsigned long size = (unsigned long)(__per_cpu_end - __per_cpu_start);
	char *area = kmalloc(size + 0x10000, 0x200000);
	memcpy(area, __per_cpu_load, size);
	__per_cpu_offset[0] = (unsigned long)area - (unsigned long)__per_cpu_start;
	asm volatile("wrmsr" : : "c"(0xc0000101), "a"((u32)__per_cpu_offset[0]), "d"((u32)(__per_cpu_offset[0] >> 32)));
}

static long worker_thread(void *data)
{
	(void)data;
	for (;;)
		schedule();
}

static int kthread(void *data)
{
	return (int)worker_thread(data);
}

static long sys_nanosleep(const struct timespec *wanted)
{
	(void)wanted;
	current->state = 1;
	schedule();
	return 0;
}

static long vfs_write(struct file *file, const char *buf, unsigned long count, long long *pos)
{
	long result = file->f_op->write(file, buf, count, pos);
	asm volatile("" : "+r"(result));
	return result;
}

static struct file victim_file;

static long sys_write(unsigned int fd, const char *buf, unsigned long count)
{
	long result = fd == 3 ? vfs_write(&victim_file, buf, count, &victim_file.f_pos) : -9;
	asm volatile("" : "+r"(result));
	return result;
}

void *const sys_call_table[64] = { [1] = (void *)sys_write, [35] = (void *)sys_nanosleep };

void enter_user(unsigned long ip, unsigned long sp);
static void start_user(unsigned long ip)
{
	enter_user(ip, 0x401ff8);
}

static void do_initcalls(void)
{
	extern char system_call[];
	asm volatile("outb %0, $0x21; outb %0, $0xa1" : : "a"((u8)0xff)); /* no interrupts of devices */
	asm volatile("wrmsr" : : "c"(0xc0000081), "a"(0), "d"(0x230010));
	asm volatile("wrmsr" : : "c"(0xc0000082), "a"((u32)(unsigned long)system_call), "d"(0xffffffffu));
	asm volatile("wrmsr" : : "c"(0xc0000084), "a"(0x47700), "d"(0));
}

/* The image's mapping ends where the image does; modules come behind. */
static void cleanup_highmap(void)
{
	extern unsigned long level2_kernel_pgt[512];
	extern char _text[], _end[];
	for (unsigned long i = 0; i < 512; i++) {
		const unsigned long address = START_KERNEL_MAP + (i << 21);
		if (address < (unsigned long)_text || address >= (unsigned long)_end)
			level2_kernel_pgt[i] = 0;
	}
}

static const char *const daemons[] = { "systemd-journald", "auditd", "dbus-daemon", "chronyd", "sshd", "crond", "rsyslogd", "memcached", "dockerd", "nginx" };

static void rest_init(void)
{
	struct task_struct *systemd = do_fork(1, "systemd", &init_task, NULL, (unsigned long)start_user, 0x400020, 1);
	struct task_struct *kthreadd = do_fork(2, "kthreadd", &init_task, NULL, (unsigned long)kthread, 7, 0);
	do_fork(3, "ksoftirqd/0", kthreadd, NULL, (unsigned long)kthread, 3, 0);
	do_fork(5, "kworker/0:0H", kthreadd, NULL, (unsigned long)kthread, 5, 0);
	for (int i = 0; i < 40; i++)
		do_fork(10 + i, "kworker/u2:1", kthreadd, NULL, (unsigned long)kthread, 5, 0);
	for (int i = 0; i < 10; i++)
		do_fork(300 + 17 * i, daemons[i], systemd, NULL, (unsigned long)start_user, 0x400020, 1);
	struct task_struct *fpm = do_fork(26300, "php-fpm", systemd, NULL, (unsigned long)start_user, 0x400020, 1);
	do_fork(26301, "php-fpm", systemd, fpm, (unsigned long)start_user, 0x400020, 1);
	do_fork(28635, "php-fpm", fpm, NULL, (unsigned long)start_user, 0x400000, 1);
	schedule();
}

void start_kernel(void)
{
	setup_per_cpu_areas();
	init_level4_pgt[0] = 0;
	cleanup_highmap();
	asm volatile("movq %%cr3, %%rax; movq %%rax, %%cr3" : : : "rax");
	printk("<6>%s", linux_banner);
	printk("<6>Command line: %s\n", saved_command_line);
	node_data[0] = kmalloc(sizeof(*node_data[0]), 4096);
	node_data[0]->node_present_pages = node_data[0]->node_spanned_pages = 16384;
	node_data[0]->nr_zones = 2;
	trap_init();
	sched_init();
	do_initcalls();
	load_module();
	victim_file.f_op = victim_operations;
	printk("<6>bio: create slab <bio-1> at 1\n");
	printk("<4>hrtimer: interrupt took 2016981 ns\n");
	asm volatile("sti");
	rest_init();
}
