profile pivot {
  pivot_root,
  pivot_root /new/,
  pivot_root oldroot=/new/old/ /new/,
  pivot_root oldroot=/new/old/,
  pivot_root oldroot="/new root/old/" "/new root/" -> inside,
  pivot_root -> inside,
  deny pivot_root /never/,
}
