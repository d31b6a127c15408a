package configs

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/spelling"
	"github.com/velox-trading/velox/trading/zone"
)

// valueChecks are the checks that a check tag may name. Each gives "" or what is
// wanted instead.
var valueChecks = map[string]func(text string) string{
	"address":   checkAddress,
	"name":      checkName,
	"id":        checkID,
	"clock":     checkClock,
	"zone":      checkZone,
	"date":      checkDate,
	"timeframe": checkTimeframe,
	"indicator": checkIndicator,
}

func checkAddress(text string) string {
	const want = "want host:port with a port of 0 to 65535, such as 127.0.0.1:9092"
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /") {
		return want
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return want
	}
	return ""
}

// topicName is what Kafka takes as a name of a topic.
var topicName = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,200}$`)

func checkName(text string) string {
	if !topicName.MatchString(text) {
		return "want 1 to 200 letters, digits, dots, dashes or underscores"
	}
	return ""
}

func checkID(text string) string {
	if len(text) > 200 || strings.TrimSpace(text) != text {
		return "want at most 200 bytes without spaces at the ends"
	}
	return ""
}

func checkClock(text string) string {
	const want = `want a time of day in quotes, such as "09:15"`
	if _, err := clock(text); err == nil {
		return ""
	}
	if meant := spelling.Clock(text); meant != "" {
		return "did you mean " + meant + "? " + want
	}
	return want
}

// clock reads a time of day of two digits each; "24:00" is the day's end.
func clock(text string) (time.Duration, error) {
	if text == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", text)
	if err == nil && len(text) != len("15:04") { // time.Parse takes 9:15, too
		err = fmt.Errorf("time of day %q: want two digits for the hour", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

func checkZone(text string) string {
	if _, err := zone.Load(text); err != nil {
		return "want an IANA time zone, such as Asia/Kolkata or UTC"
	}
	return ""
}

func checkDate(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return `want a date in quotes, such as "2026-01-26"`
	}
	return ""
}

func checkTimeframe(text string) string {
	if _, err := market.ParseTimeframe(text); err != nil {
		return market.WantTimeframe(text)
	}
	return ""
}

func checkIndicator(text string) string {
	if _, _, err := indicator.ParseName(text); err != nil {
		return err.Error()
	}
	return ""
}
