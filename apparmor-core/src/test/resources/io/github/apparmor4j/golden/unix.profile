profile unix {
  unix,
  unix create,
  unix (create, bind, listen),
  unix rw type=stream,
  unix type=dgram addr=none,
  unix addr="@a b",
  unix (connect) type=seqpacket addr=auto peer=(addr=@{bus}, label=web),
  unix peer=(label="a//b"),
  unix (send receive) peer=(addr=@/tmp/.X11-unix/*),
  deny unix (bind) addr=@private*,
}
