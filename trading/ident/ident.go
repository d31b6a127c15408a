// Package ident derives ids: the same parts give the same id on any node and in
// any run, so that doing a thing again names it alike.
package ident

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"
)

// namespace is the UUID that all of Velox's names stand under.
var namespace = [16]byte{
	0x5d, 0x1c, 0x0e, 0x4e, 0x8b, 0x3a, 0x5e, 0x52, 0x9a, 0x5b, 0x6f, 0x1d, 0x33, 0x1a, 0x70, 0x21,
}

// Derive gives the UUIDv5 (RFC 9562, 5.5) of the parts. Each part goes in with
// its length before it ("5:alice4:risk"), so that other parts give another name
// however they are cut. Safe for concurrent use.
func Derive(parts ...string) string {
	buf := make([]byte, 0, 256)
	buf = append(buf, namespace[:]...)
	for _, p := range parts {
		buf = strconv.AppendInt(buf, int64(len(p)), 10)
		buf = append(buf, ':')
		buf = append(buf, p...)
	}
	sum := sha1.Sum(buf)
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], sum[:4])
	hex.Encode(text[9:13], sum[4:6])
	hex.Encode(text[14:18], sum[6:8])
	hex.Encode(text[19:23], sum[8:10])
	hex.Encode(text[24:], sum[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
