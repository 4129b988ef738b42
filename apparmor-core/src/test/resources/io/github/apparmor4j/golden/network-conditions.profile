profile conditions {
  network inet ip=127.0.0.1 port=80,
  network inet6 ip=::1 port=1024-65535,
  network inet stream interface=eth*,
  network (send) inet peer=(ip=10.0.0.1 port=53),
  network inet peer=( ip = none , port = 443 ),
  network (connect) inet stream ip=192.168.0.1 peer=(ip=fe80::1 label=web),
  network inet label=a peer=(label:=b),
  network port=22,
}
