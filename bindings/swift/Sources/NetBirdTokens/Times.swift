import Foundation
import NetBirdTokensNative

/// From 1970-01-01 to 2001-01-01, from which `Date` counts.
private let secondsToReference: Int64 = 978_307_200

extension Date {
    /// An instant, cut to microseconds: a `Date` of our time keeps no more digits.
    init(_ native: NativeTimestamp) {
        let seconds = Double(native.seconds - secondsToReference)
        let fraction = Double(native.nanoseconds / 1_000) / 1_000_000
        // A `Date` of a distant year keeps fewer digits, and rounding must not carry the instant into the next second.
        self.init(timeIntervalSinceReferenceDate: min(seconds + fraction, (seconds + 1).nextDown))
    }
}

extension NativeTimestamp {
    /// An instant, to the microsecond. A date that does not fit becomes the largest or smallest number of seconds.
    init(_ date: Date) {
        let interval = date.timeIntervalSinceReferenceDate
        let seconds = interval.rounded(.down)
        guard let whole = Int64(exactly: seconds + Double(secondsToReference)) else {
            self.init(seconds: interval < 0 ? .min : .max, nanoseconds: 0)
            return
        }
        let microseconds = UInt32(((interval - seconds) * 1_000_000).rounded())
        let (carry, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        self.init(seconds: whole + Int64(carry), nanoseconds: rest * 1_000)
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
