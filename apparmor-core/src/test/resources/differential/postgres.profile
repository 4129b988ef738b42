@{PGDATA} = /var/lib/postgresql/data
@{PROC} = /proc/
@{pid} = [0-9]*

profile postgres /usr/lib/postgresql/*/bin/postgres flags=(attach_disconnected, mediate_deleted) {
  capability chown dac_override fowner setgid setuid,

  network inet stream,
  network inet6 stream,
  network unix,
  deny network raw,

  signal (send receive) peer=postgres,
  ptrace (read) peer=postgres,

  /etc/** r,
  owner @{PGDATA}/** rwk,
  owner @{PGDATA}/ r,
  /usr/lib/{,x86_64-linux-gnu/}**.so* mr,
  /usr/lib/postgresql/*/bin/* mrix,
  /{,usr/}bin/{dash,bash,sh} mrCx -> shell,
  @{PROC}/@{pid}/{stat,status} r,
  deny /etc/shadow rw,
  audit deny @{PROC}/sys/kernel/** w,
  deny mount,

  profile shell {
    /usr/bin/* mrix,
    owner @{PGDATA}/** r,
  }
}
