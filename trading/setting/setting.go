// Package setting says what is wrong with settings: each problem with its place, so that
// who reads them from a file can tell line and column, and who gets them with a command
// all of them in one error.
package setting

import "errors"

// Problem is one thing that is wrong with settings.
type Problem struct {
	// Path is the setting within its group, such as "symbols[0].position_size"; Value is
	// what stands there, empty when that says nothing, and Want says what may.
	Path, Value, Want string
}

// String gives the problem in a line.
func (p Problem) String() string {
	if p.Value == "" {
		return p.Path + ": " + p.Want
	}
	return p.Path + " is " + p.Value + "; " + p.Want
}

// Join gives all problems, a line each, in one error; nil when there are none.
func Join(problems []Problem) error {
	var list []error
	for _, p := range problems {
		list = append(list, errors.New(p.String()))
	}
	return errors.Join(list...)
}
