# What an attacker does who runs code in a server, as root: says of each attempt whether it came off, or why not.
use strict;
use warnings;
use Errno;

sub try_to {
  my ($what, $came_off) = @_;
  print $what, ': ', $came_off ? 'came off' : (grep { $!{$_} } keys %!)[0], "\n";
}

# The child's exec tells through a pipe that closes if it comes off.
pipe(my $read, my $write) or die;
my $child = fork();
if (!$child) {
  { no warnings 'exec'; exec '/bin/sh', '-c', ':'; }
  syswrite $write, 0 + $!;
  CORE::exit(1);
}
close $write;
my $error = <$read>;
waitpid $child, 0;
$! = $error || 0;
try_to('shell', !$error);

my $shadow;
try_to('shadow', open($shadow, '<', '/etc/shadow') && defined readline $shadow);

my $sysctl = '/proc/sys/kernel/core_pattern';
open(my $old, '<', $sysctl) or die "$sysctl: $!";
my $pattern = readline $old;
my $new;
try_to('sysctl', open($new, '+<', $sysctl) && syswrite $new, $pattern);

# mount(2) is 165 on x86-64.
my ($source, $target, $type) = ("none\0", "/mnt\0", "tmpfs\0");
try_to('mount', syscall(165, $source, $target, $type, 0, 0) == 0);

# PF_INET, SOCK_RAW, IPPROTO_ICMP
try_to('raw socket', socket(my $raw, 2, 3, 1));
