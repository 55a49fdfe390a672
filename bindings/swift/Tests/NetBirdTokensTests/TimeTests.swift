import Foundation
import NetBirdTokensNative
import Testing

@testable import NetBirdTokens

/// The server's times as dates. What follows from them is computed by the core.
@Suite struct TimeTests {
    private func token(expires seconds: Int64, _ nanoseconds: UInt32 = 0) -> Token {
        let time = NativeTimestamp(seconds: seconds, nanoseconds: nanoseconds)
        return Token(
            NativeToken(
                id: "t", name: "t", expirationDate: time, createdAt: time, createdBy: "u", lastUsed: nil, userId: "u"
            )
        )
    }

    @Test func datesAreCutToMicroseconds() {
        let last = Date(NativeTimestamp(seconds: 1_835_481_599, nanoseconds: 999_999_999))
        #expect(last < Date(timeIntervalSince1970: 1_835_481_600))
        let back = NativeTimestamp(last)
        #expect(back.seconds == 1_835_481_599 && back.nanoseconds == 999_999_000)
        let goZero = Date(NativeTimestamp(seconds: -62_135_596_800, nanoseconds: 0))
        #expect(goZero.timeIntervalSince1970 == -62_135_596_800)
    }

    @Test func theLastInstantStaysInItsYear() {
        let last = Date(NativeTimestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999))
        #expect(last < Date(timeIntervalSince1970: 253_402_300_800))
        #expect(NativeTimestamp(last).seconds == 253_402_300_799)
        #expect(token(expires: 253_402_300_799, 999_999_999).daysLeft(at: Date(timeIntervalSince1970: 0)) == 2_932_896)
    }

    @Test func datesBefore1970KeepTheirMicroseconds() {
        let back = NativeTimestamp(Date(NativeTimestamp(seconds: -1, nanoseconds: 250_000_000)))
        #expect(back.seconds == -1 && back.nanoseconds == 250_000_000)
    }

    @Test func expiryIsAfterTheDateNotAtIt() {
        let token = token(expires: 1_800_000_000, 977_616_000)
        #expect(!token.isExpired(at: token.expirationDate))
        #expect(token.isExpired(at: Date(NativeTimestamp(seconds: 1_800_000_000, nanoseconds: 977_617_000))))
    }

    @Test func daysLeftRoundDown() {
        let token = token(expires: 1_800_000_000, 977_616_000)
        let day: Int64 = 86_400
        func left(_ seconds: Int64, _ nanoseconds: UInt32) -> Int {
            token.daysLeft(at: Date(NativeTimestamp(seconds: 1_800_000_000 + seconds, nanoseconds: nanoseconds)))
        }
        #expect(left(-3 * day, 977_616_000) == 3)
        #expect(left(-3 * day, 977_617_000) == 2)
        #expect(left(0, 977_616_000) == 0)
        #expect(left(0, 977_617_000) == -1)
        #expect(left(day, 977_616_000) == -1)
        #expect(left(day, 977_617_000) == -2)
        // Far enough back that a `Date` keeps fewer digits.
        #expect(left(-9_000 * day, 977_616_000) == 9_000)
    }

    // The arguments are numbers, because a `Date` of all too many years cannot be printed.
    @Test(arguments: [Date.distantPast.timeIntervalSince1970, -1e300, -.infinity])
    func aDateBeforeAllTimeIsBeforeTheExpiry(seconds: TimeInterval) {
        let (token, date) = (token(expires: 1_800_000_000), Date(timeIntervalSince1970: seconds))
        let (left, expired) = (token.daysLeft(at: date), token.isExpired(at: date))
        #expect(left > 700_000 && !expired)
    }

    @Test(arguments: [Date.distantFuture.timeIntervalSince1970, 1e300, .infinity, .nan])
    func aDateAfterAllTimeIsAfterTheExpiry(seconds: TimeInterval) {
        let (token, date) = (token(expires: 1_800_000_000), Date(timeIntervalSince1970: seconds))
        let (left, expired) = (token.daysLeft(at: date), token.isExpired(at: date))
        #expect(left < -700_000 && expired)
    }

    @Test func aLongDurationIsCutAndDoesNotCrash() {
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
        #expect(Duration.nanoseconds(-5).wholeNanoseconds == -5)
    }
}
