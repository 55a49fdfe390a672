//! The address as a QR code, for a phone.

use anstyle::{Ansi256Color, Style};
use qrcode::{Color, EcLevel, QrCode};

/// The empty border that a reader needs, in modules.
const BORDER: usize = 4;
/// The upper and the lower half of a character: dark or light.
const HALVES: [[char; 2]; 2] = [[' ', '▄'], ['▀', '█']];

/// Lines of half blocks, if the code is no wider than this many columns: with colors, black on white; without, the light modules in
/// the terminal's own foreground, which is right on a dark terminal.
pub(super) fn draw(text: &str, columns: usize, with_colors: bool) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let side = code.width();
    if side + 2 * BORDER > columns {
        return None;
    }
    let is_dark = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(BORDER).filter(|at| *at < side);
        inside(x).zip(inside(y)).is_some_and(|at| code[at] == Color::Dark)
    };
    let style = if with_colors {
        Style::new().fg_color(Some(Ansi256Color(16).into())).bg_color(Some(Ansi256Color(231).into()))
    } else {
        Style::new()
    };
    let whole = side + 2 * BORDER;
    let mut lines = String::new();
    for y in (0..whole).step_by(2) {
        let line: String = (0..whole)
            .map(|x| HALVES[usize::from(is_dark(x, y) == with_colors)][usize::from(is_dark(x, y + 1) == with_colors)])
            .collect();
        lines.push_str(&format!("{style}{line}{style:#}\n"));
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://nb.example/oauth2/device?user_code=BCDF-GHJK";

    /// The modules that a drawing without colors shows: what is not drawn is dark.
    fn dark_modules(drawing: &str) -> Vec<Vec<bool>> {
        let half = |line: &str, upper: usize| -> Vec<bool> {
            line.chars().map(|c| !matches!((c, upper), ('█', _) | ('▀', 0) | ('▄', 1))).collect()
        };
        drawing.lines().flat_map(|line| [half(line, 0), half(line, 1)]).collect()
    }

    #[test]
    fn it_draws_every_module_and_the_border() {
        let drawn = dark_modules(&draw(ADDRESS, 80, false).unwrap());
        let code = QrCode::with_error_correction_level(ADDRESS, EcLevel::L).unwrap();
        for (y, row) in drawn.iter().take(code.width() + 2 * BORDER).enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = |at: usize| (BORDER..BORDER + code.width()).contains(&at);
                let expected = inside(x) && inside(y) && code[(x - BORDER, y - BORDER)] == Color::Dark;
                assert_eq!(*dark, expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn it_is_left_out_where_it_does_not_fit() {
        let columns = draw(ADDRESS, 80, false).unwrap().lines().next().unwrap().chars().count();
        assert!(draw(ADDRESS, columns, true).is_some() && draw(ADDRESS, columns - 1, true).is_none());
        assert!(draw(&"x".repeat(5_000), usize::MAX, true).is_none(), "more than a QR code holds");
    }
}
