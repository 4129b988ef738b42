profile dbus {
  dbus,
  dbus send,
  dbus (send, receive) bus=system,
  dbus rw bus=session,
  dbus bind bus=session name=org.example.App,
  dbus eavesdrop bus=system,
  dbus send bus=system path=/org/example/** interface=org.example.{A,B} member="Get*" peer=(name=org.example label=web),
  dbus receive bus = system member = Set peer = ( label = "{a,b}" ),
  dbus send peer=(name="{a,b}"),
  audit deny dbus (bind) bus=accessibility,
}
