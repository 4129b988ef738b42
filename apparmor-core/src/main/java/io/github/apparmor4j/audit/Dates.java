package io.github.apparmor4j.audit;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dates at the beginning of lines: RFC 3164's ({@code Jan 1 15:09:04}, which has no year), RFC
 * 5424's and other ISO forms, seconds since 1970, each with a fraction and a zone if the program
 * writes them. To find the end of a date is fast, since it is done for every line; to know the time
 * isn't, since only records without the kernel's time need it.
 */
final class Dates {

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private static final Pattern CLASSIC =
      Pattern.compile(
          "(?:[A-Z][a-z]{2},? )?([A-Za-z]{3})[a-z]* +(\\d{1,2}) +(?:(\\d{4}) +)?"
              + "(\\d\\d):(\\d\\d):(\\d\\d)(?:[.,](\\d{1,9})\\d*)?([+-]\\d\\d:?\\d\\d|Z)?");

  private static final Pattern ISO =
      Pattern.compile(
          "(?:[A-Z][a-z]{2} )?(\\d{4})-(\\d\\d)-(\\d\\d)[T ](\\d\\d):(\\d\\d):(\\d\\d)"
              + "(?:[.,](\\d{1,9})\\d*)?( ?[+-]\\d\\d:?\\d\\d|Z| [A-Z]{3,4})?");

  private static final Pattern SECONDS = Pattern.compile("(\\d{9,12})\\.(\\d{1,9})\\d*");

  private static final int NANO_DIGITS = 9;

  private Dates() {}

  /** Returns where the date ends that a line begins with, or -1 if it begins with none. */
  static int end(byte[] bytes, int from, int to) {
    if (from == to) {
      return -1;
    }
    if (Bytes.isDigit(bytes[from])) {
      int digits = Bytes.skipDigits(bytes, from, to);
      if (digits - from == 4 && digits < to && bytes[digits] == '-') {
        return iso(bytes, from, to);
      }
      boolean seconds = digits - from >= NANO_DIGITS && digits < to && bytes[digits] == '.';
      int end = seconds ? Bytes.skipDigits(bytes, digits + 1, to) : -1;
      return end >= 0 && end < to && bytes[end] == ' ' ? end : -1;
    }
    int word = from;
    while (word < to && Character.isLetter(bytes[word])) {
      word++;
    }
    if (word - from < 3 || word == to) {
      return -1;
    }
    int next = Bytes.skipBlanks(bytes, bytes[word] == ',' ? word + 1 : word, to);
    if (next == word || next == to) {
      return -1;
    }
    if (Bytes.isDigit(bytes[next])) {
      int day = Bytes.skipDigits(bytes, next, to);
      return day - next == 4 ? zone(bytes, iso(bytes, next, to), to) : classic(bytes, day, to);
    }
    int month = next; // after a weekday
    while (month < to && Character.isLetter(bytes[month])) {
      month++;
    }
    int day = Bytes.skipBlanks(bytes, month, to);
    int afterDay = Bytes.skipDigits(bytes, day, to);
    return month - next >= 3 && afterDay > day ? classic(bytes, afterDay, to) : -1;
  }

  private static int classic(byte[] bytes, int afterDay, int to) {
    int time = Bytes.skipBlanks(bytes, afterDay, to);
    int year = Bytes.skipDigits(bytes, time, to);
    if (year - time == 4) {
      time = Bytes.skipBlanks(bytes, year, to);
    }
    return time == afterDay ? -1 : time(bytes, time, to);
  }

  private static int iso(byte[] bytes, int from, int to) {
    int time = from + "yyyy-mm-ddT".length();
    if (time >= to || bytes[from + 4] != '-' || bytes[from + 7] != '-') {
      return -1;
    }
    return bytes[time - 1] == 'T' || bytes[time - 1] == ' ' ? time(bytes, time, to) : -1;
  }

  /** Returns where the zone's name ends after a date with a weekday ({@code -o short-full}). */
  private static int zone(byte[] bytes, int from, int to) {
    int end = from < 0 ? to : from + 1;
    while (end < to && bytes[end] >= 'A' && bytes[end] <= 'Z') {
      end++;
    }
    return end < to && end > from + 1 && bytes[end] == ' ' ? end : from;
  }

  /** Returns where {@code 15:09:04.562575+08:00} ends, or -1 if it isn't a time. */
  private static int time(byte[] bytes, int from, int to) {
    int end = from + "hh:mm:ss".length();
    if (end > to || bytes[from + 2] != ':' || bytes[from + 5] != ':') {
      return -1;
    }
    while (end < to && bytes[end] != ' ') {
      end++;
    }
    return end;
  }

  /**
   * Returns the time of a date.
   *
   * @param zone the zone of dates that don't say it
   * @param now the latest time that a date without a year can be
   * @return {@code null} if there is no such time
   */
  static @Nullable Instant instant(byte[] bytes, int from, int to, ZoneId zone, Instant now) {
    String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    try {
      Matcher seconds = SECONDS.matcher(text);
      if (seconds.matches()) {
        return Instant.ofEpochSecond(Long.parseLong(seconds.group(1)), nanos(seconds.group(2)));
      }
      Matcher iso = ISO.matcher(text);
      if (iso.matches()) {
        LocalDateTime date =
            LocalDateTime.of(
                number(iso, 1),
                number(iso, 2),
                number(iso, 3),
                number(iso, 4),
                number(iso, 5),
                number(iso, 6),
                nanos(iso.group(7)));
        return date.atZone(zone(iso.group(8), zone)).toInstant();
      }
      Matcher classic = CLASSIC.matcher(text);
      return classic.matches() ? classic(classic, zone, now) : null;
    } catch (DateTimeException e) {
      return null; // such as the 31st of February
    }
  }

  private static @Nullable Instant classic(Matcher date, ZoneId zone, Instant now) {
    int month = MONTHS.indexOf(date.group(1).toLowerCase(Locale.ROOT)) + 1;
    ZoneId own = zone(date.group(8), zone);
    int year = date.group(3) == null ? now.atZone(own).getYear() : number(date, 3);
    if (month == 0) {
      return null;
    }
    int nanos = nanos(date.group(7));
    // Clocks of hosts differ a little; a day later is still this year's.
    for (int back = 0; back < 8; back++) {
      try {
        Instant time =
            LocalDateTime.of(
                    year - back,
                    month,
                    number(date, 2),
                    number(date, 4),
                    number(date, 5),
                    number(date, 6),
                    nanos)
                .atZone(own)
                .toInstant();
        if (date.group(3) != null || !time.isAfter(now.plusSeconds(86_400))) {
          return time;
        }
      } catch (DateTimeException e) {
        if (month != 2) {
          return null;
        } // the 29th of February of another year
      }
    }
    return null;
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static int nanos(@Nullable String fraction) {
    return fraction == null
        ? 0
        : Integer.parseInt((fraction + "000000000").substring(0, NANO_DIGITS));
  }

  private static ZoneId zone(@Nullable String word, ZoneId zone) {
    if (word == null) {
      return zone;
    }
    String name = word.strip();
    return name.equals("Z") || name.equals("UTC") || name.equals("GMT")
        ? ZoneOffset.UTC
        : Character.isLetter(name.charAt(0)) ? zone : ZoneOffset.of(name);
  }
}
