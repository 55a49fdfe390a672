//! Bar charts as SVG, for light and dark pages.

use std::fmt::Write as _;

/// One bar.
pub struct Bar {
    pub label: String,
    pub value: f64,
    /// Whether it is this project's.
    pub is_ours: bool,
}

/// Groups of horizontal bars on one scale, each group under its name.
pub struct Chart {
    pub title: &'static str,
    pub unit: &'static str,
    /// How many digits the values have after the point.
    pub digits: usize,
    pub groups: Vec<(String, Vec<Bar>)>,
}

const WIDTH: usize = 760;
const LABELS: usize = 230;
const VALUES: usize = 90;
const ROW: usize = 24;
const HEAD: usize = 40;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:600}\
.group{font-weight:600}.bar{fill:#8c959f}.ours{fill:#f68330}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#6e7681}}";

impl Chart {
    /// The chart, or nothing if it has no bars.
    pub fn svg(&self) -> Option<String> {
        let bars = || self.groups.iter().flat_map(|(_, bars)| bars);
        let largest = bars().map(|bar| bar.value).fold(0.0, f64::max);
        if largest <= 0.0 {
            return None;
        }
        let headings = self.groups.iter().filter(|(name, _)| !name.is_empty()).count();
        let height = HEAD + (bars().count() + headings) * ROW + 10;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" role=\"img\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n<text class=\"title\" x=\"8\" y=\"22\">{title}</text>\n",
            title = escaped(self.title)
        );
        let mut y = HEAD;
        for (name, bars) in &self.groups {
            if !name.is_empty() {
                let _ = writeln!(out, "<text class=\"group\" x=\"8\" y=\"{}\">{}</text>", y + 16, escaped(name));
                y += ROW;
            }
            for bar in bars {
                let width = bar.value / largest * (WIDTH - LABELS - VALUES) as f64;
                let _ = writeln!(
                    out,
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
                     <rect class=\"{}\" x=\"{LABELS}\" y=\"{}\" width=\"{width:.1}\" height=\"{}\" rx=\"2\"/>\
                     <text x=\"{:.1}\" y=\"{}\">{:.*} {}</text>",
                    LABELS - 8,
                    y + 16,
                    escaped(&bar.label),
                    if bar.is_ours { "ours" } else { "bar" },
                    y + 3,
                    ROW - 6,
                    LABELS as f64 + width + 6.0,
                    y + 16,
                    self.digits,
                    bar.value,
                    self.unit,
                );
                y += ROW;
            }
        }
        out.push_str("</svg>\n");
        Some(out)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(bars: Vec<Bar>) -> Chart {
        Chart { title: "a < b", unit: "us", digits: 1, groups: vec![("16 threads".to_owned(), bars)] }
    }

    #[test]
    fn the_longest_bar_fills_the_width_and_the_others_are_in_proportion() {
        let bar = |label: &str, value| Bar { label: label.to_owned(), value, is_ours: label == "ours" };
        let svg = chart(vec![bar("ours", 20.0), bar("C & D", 40.0)]).svg().expect("it has bars");
        assert!(svg.contains("a &lt; b") && svg.contains("C &amp; D") && svg.contains("16 threads"), "{svg}");
        assert!(svg.contains("class=\"ours\" x=\"230\" y=\"67\" width=\"220.0\""), "{svg}");
        assert!(svg.contains("width=\"440.0\"") && svg.contains(">40.0 us<"), "{svg}");
    }

    #[test]
    fn there_is_no_chart_without_figures() {
        assert!(chart(Vec::new()).svg().is_none());
    }
}
