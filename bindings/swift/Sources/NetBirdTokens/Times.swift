import Foundation
import NetBirdTokensNative

/// From 1970-01-01 to 2001-01-01, from where `Date` counts.
private let secondsToReference: Int64 = 978_307_200

extension Date {
    /// Cut to microseconds, the last digit that a `Date` of our time keeps: rounding could carry an instant into the next day.
    init(_ native: NativeTimestamp) {
        let fraction = Double(native.nanoseconds / 1_000) / 1_000_000
        self.init(timeIntervalSinceReferenceDate: Double(native.seconds - secondsToReference) + fraction)
    }

    /// Since the reference date; the largest or smallest number for a date beyond.
    var wholeMicroseconds: Int64 {
        let microseconds = (timeIntervalSinceReferenceDate * 1_000_000).rounded()
        return Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max)
    }
}

extension Duration {
    /// Cut to nanoseconds; the largest or smallest number for a duration of more than 292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, tooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooLargeStill) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooLarge || tooLargeStill ? (seconds < 0 ? .min : .max) : sum
    }
}

extension Int64 {
    /// The difference, or the largest or smallest number where it does not fit.
    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min : .max) : difference
    }
}
