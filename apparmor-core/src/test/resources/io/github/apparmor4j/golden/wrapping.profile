profile wrapping {
  dbus (send receive) bus=system path=/org/freedesktop/NetworkManager/Settings interface=org.freedesktop.NetworkManager.Settings member=ListConnections peer=(name=org.freedesktop.NetworkManager label=unconfined),
  /a/path/that/is/so/long/that/no/line/of/a/hundred/columns/could/ever/hold/it/and/that/has/no/place/to/break/** rw,
  unix (connect send receive) type=stream addr="@a quoted address=with an equals sign" peer=(addr="@another one", label=something),
  signal (send receive) set=(hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld) peer=somebody,
  hat deep {
    deny {
      network (send receive connect) inet stream ip=192.168.100.200 port=1024-65535 interface=enp0s31f6 peer=(ip=10.11.12.13 port=443),
    }
  }
}
