import Foundation
import NetBirdTokensNative
import Testing

@testable import NetBirdTokens

/// The server's times as dates.
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
        #expect(last.wholeMicroseconds - Date(timeIntervalSince1970: 1_835_481_599).wholeMicroseconds == 999_999)
        let goZero = Date(NativeTimestamp(seconds: -62_135_596_800, nanoseconds: 0))
        #expect(goZero.timeIntervalSince1970 == -62_135_596_800)
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

    @Test func theEndsOfTimeAreNoCrash() {
        let token = token(expires: 1_800_000_000)
        #expect(token.daysLeft(at: .distantPast) > 700_000)
        #expect(token.daysLeft(at: .distantFuture) < -700_000)
        #expect(token.daysLeft(at: Date(timeIntervalSince1970: .infinity)) < 0)
        #expect(token.daysLeft(at: Date(timeIntervalSince1970: -.infinity)) > 0)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
        #expect(Duration.nanoseconds(-5).wholeNanoseconds == -5)
    }
}
