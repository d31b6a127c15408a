// Package lines reads text files, plain or gzipped, line by line, with a bound on
// a line and errors that name file and line.
package lines

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// LongestLine bounds a line, in bytes; a row of short fields needs far less.
const LongestLine = 64 << 10

var byteOrderMark = []byte("\xef\xbb\xbf")

// File is one file that is read once. It is for one goroutine, save Read.
type File struct {
	path string
	raw  *os.File
	size int64
	read atomic.Int64
	in   *bufio.Reader
	line int
}

// Open opens a file and finds out whether it is gzipped, whatever its name says.
func Open(path string) (*File, error) {
	raw, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, raw: raw}
	if err := f.begin(); err != nil {
		_ = raw.Close() // it was only read
		return nil, err
	}
	return f, nil
}

func (f *File) begin() error {
	info, err := f.raw.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a directory, want a CSV file", f.path)
	}
	f.size = info.Size()
	plain := bufio.NewReaderSize(counter{f.raw, &f.read}, 256<<10)
	f.in = plain
	if magic, _ := plain.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(plain)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		f.in = bufio.NewReaderSize(unzipped, LongestLine)
	}
	return nil
}

// counter counts what is read.
type counter struct {
	from io.Reader
	n    *atomic.Int64
}

func (c counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// Header reads the first line, without a byte order mark; want is for the error
// of an empty file.
func (f *File) Header(want string) (string, error) {
	first, err := f.Next()
	if errors.Is(err, io.EOF) {
		return "", fmt.Errorf("%s:1: the file is empty, want the header %s", f.path, want)
	}
	return string(bytes.TrimPrefix(first, byteOrderMark)), err
}

// Next gives the next line that is not empty, without its end; it is valid until
// the next call. io.EOF after the last.
func (f *File) Next() ([]byte, error) {
	for {
		f.line++
		line, err := f.in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull) || len(line) > LongestLine:
			return nil, f.Wrong("the line is longer than %d bytes", LongestLine)
		case err == io.EOF && len(line) == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, f.Wrong("%w", err)
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(line) > 0 {
			return line, nil
		}
	}
}

// Fields cuts a line into exactly len(into) fields at its commas; header names
// them in the error. Quotes are not supported.
func (f *File) Fields(line []byte, into [][]byte, header string) error {
	if bytes.IndexByte(line, '"') >= 0 {
		return f.Wrong("quoted fields are not supported: %.100q", line)
	}
	rest := line
	for i := range into {
		field, after, more := bytes.Cut(rest, []byte(","))
		if more != (i < len(into)-1) {
			return f.Wrong("%d fields, want %d (%s): %.100q", bytes.Count(line, []byte(","))+1, len(into), header, line)
		}
		into[i], rest = field, after
	}
	return nil
}

// Wrong makes an error of the latest line.
func (f *File) Wrong(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", f.path, f.line, fmt.Errorf(format, args...))
}

// Line gives the number of the latest line, from 1 on.
func (f *File) Line() int { return f.line }

// Size and Read are the bytes of the file as it lies on disk: all, and those read
// so far. They are safe for concurrent use.
func (f *File) Size() int64 { return f.size }

// Read is the number of bytes that were read so far.
func (f *File) Read() int64 { return f.read.Load() }

// Close closes the file.
func (f *File) Close() error { return f.raw.Close() }
