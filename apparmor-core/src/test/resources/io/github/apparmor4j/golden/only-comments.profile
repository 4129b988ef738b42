

  # nothing else

