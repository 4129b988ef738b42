profile limits {
  set rlimit nofile <= 1024,
  set rlimit ofile <= 012,
  set rlimit as <= 2GB,
  set rlimit data<=100 M,
  set rlimit stack <= 512K,
  set rlimit core <= 0,
  set rlimit fsize <= infinity,
  set rlimit nice <= -5,
  set rlimit cpu <= 30,
  set rlimit cpu <= 2minutes,
  set rlimit rttime <= 60 ms,
  set rlimit nproc
    <= 5,
}
