package spelling

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	clockLike = regexp.MustCompile(`^([0-9]{1,2})[:.]?([0-9]{2})?(?::00)? ?([ap]m)?$`)
	between   = regexp.MustCompile(` *(-|–|—|\bto\b) *`)
)

// Clock gives the time of day, as 09:15, that was probably meant by one that is written
// otherwise: 9:15, 915, 09.15, 09:15:00, 3:15 pm. It gives "" for what is none, and for what is
// written as it should be.
func Clock(text string) string {
	if meant := clock(text); meant != text {
		return meant
	}
	return ""
}

// clock gives a time of day as it should be written; "" for what is none.
func clock(text string) string {
	parts := clockLike.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if parts == nil || parts[2] == "" && parts[3] == "" {
		return ""
	}
	hour, _ := strconv.Atoi(parts[1])
	minute, _ := strconv.Atoi("0" + parts[2])
	if parts[3] != "" {
		if hour < 1 || hour > 12 {
			return ""
		}
		hour %= 12
		if parts[3] == "pm" {
			hour += 12
		}
	}
	if hour*60+minute > 24*60 || minute > 59 {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", hour, minute)
}

// Span gives the times of day, as 09:15-15:30, that were probably meant by two that are
// written otherwise, such as 9:15 to 15:30; one that begins at 24:00 begins at 00:00. It gives
// "" for what is none, and for what is written as it should be.
func Span(text string) string {
	ends := between.Split(strings.ToLower(strings.TrimSpace(text)), -1)
	if len(ends) != 2 {
		return ""
	}
	from, to := clock(ends[0]), clock(ends[1])
	if from == "24:00" {
		from = "00:00"
	}
	if meant := from + "-" + to; from != "" && to != "" && from != to && meant != text {
		return meant
	}
	return ""
}
