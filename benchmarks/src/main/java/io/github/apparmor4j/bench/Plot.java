package io.github.apparmor4j.bench;

import java.util.List;
import java.util.Locale;

/**
 * Curves over two logarithmic axes, as SVG.
 *
 * @param title above
 * @param across what the horizontal axis counts
 * @param up what the vertical axis counts
 * @param curves what is drawn
 */
record Plot(String title, String across, String up, List<Curve> curves) {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 440;
  private static final int MARGIN = 60;
  private static final int LEGEND = 190;

  /** One curve; points are x and y, above zero. */
  record Curve(String name, String color, boolean dashed, List<double[]> points) {}

  String toSvg() {
    double[] x = bounds(0);
    double[] y = bounds(1);
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif'"
            + " font-size='12'>",
        WIDTH,
        HEIGHT);
    line(svg, "<rect width='%d' height='%d' fill='white'/>", WIDTH, HEIGHT);
    line(svg, "<text x='%d' y='24' font-size='15'>%s</text>", MARGIN, title);
    for (double tick = x[0]; tick <= x[1] * 1.01; tick *= 10) {
      double at = place(tick, x, MARGIN, WIDTH - LEGEND);
      line(
          svg,
          "<path d='M%.1f %d V%d' stroke='#ddd'/><text x='%.1f' y='%d'"
              + " text-anchor='middle'>%,.0f</text>",
          at,
          40,
          HEIGHT - MARGIN,
          at,
          HEIGHT - MARGIN + 16,
          tick);
    }
    for (double tick = y[0]; tick <= y[1] * 1.01; tick *= 10) {
      double at = place(tick, y, HEIGHT - MARGIN, 40);
      line(
          svg,
          "<path d='M%d %.1f H%d' stroke='#ddd'/><text x='%d' y='%.1f'"
              + " text-anchor='end'>%s</text>",
          MARGIN,
          at,
          WIDTH - LEGEND,
          MARGIN - 6,
          at + 4,
          tick < 1 ? String.valueOf(tick) : String.format(Locale.ROOT, "%,.0f", tick));
    }
    line(
        svg,
        "<text x='%d' y='%d' text-anchor='middle'>%s</text>",
        (MARGIN + WIDTH - LEGEND) / 2,
        HEIGHT - 20,
        across);
    line(
        svg,
        "<text transform='translate(16 %d) rotate(-90)' text-anchor='middle'>%s</text>",
        HEIGHT / 2,
        up);
    for (int i = 0; i < curves.size(); i++) {
      draw(svg, curves.get(i), 60 + 20 * i, x, y);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void draw(StringBuilder svg, Curve curve, int legend, double[] x, double[] y) {
    String dash = curve.dashed() ? " stroke-dasharray='5 4'" : "";
    StringBuilder path = new StringBuilder();
    for (double[] point : curve.points()) {
      double px = place(point[0], x, MARGIN, WIDTH - LEGEND);
      double py = place(point[1], y, HEIGHT - MARGIN, 40);
      path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : " L", px, py));
      line(svg, "<circle cx='%.1f' cy='%.1f' r='2.5' fill='%s'/>", px, py, curve.color());
    }
    String style = "stroke='" + curve.color() + "' stroke-width='2'" + dash;
    line(svg, "<path d='%s' fill='none' %s/>", path, style);
    int at = WIDTH - LEGEND + 16;
    line(
        svg,
        "<path d='M%d %d h24' %s/><text x='%d' y='%d'>%s</text>",
        at,
        legend,
        style,
        at + 32,
        legend + 4,
        curve.name());
  }

  /** Returns the powers of ten around all values. */
  private double[] bounds(int axis) {
    double least = Double.MAX_VALUE;
    double most = 0;
    for (Curve curve : curves) {
      for (double[] point : curve.points()) {
        least = Math.min(least, point[axis]);
        most = Math.max(most, point[axis]);
      }
    }
    return new double[] {
      Math.pow(10, Math.floor(Math.log10(least))), Math.pow(10, Math.ceil(Math.log10(most)))
    };
  }

  private static double place(double value, double[] bounds, int from, int to) {
    double share = Math.log(value / bounds[0]) / Math.log(bounds[1] / bounds[0]);
    return from + share * (to - from);
  }

  private static void line(StringBuilder to, String format, Object... values) {
    to.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
