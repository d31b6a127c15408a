package messages

import "github.com/velox-trading/velox/trading/market"

// The functions of this file decode a record's value by its content type.

// DecodeTickRecord is DecodeTick by the record's content type.
func DecodeTickRecord(r *Record, t *market.Tick, in *Interner) error {
	if r.IsProtobuf() {
		return decodeTickProto(r.Value, t, in)
	}
	return DecodeTick(r.Value, t, in)
}

// DecodeUpdateRecord is DecodeUpdate by the record's content type.
func DecodeUpdateRecord(r *Record, u *IndicatorUpdate) error {
	if r.IsProtobuf() {
		return decodeUpdateProto(r.Value, u)
	}
	return DecodeUpdate(r.Value, u)
}

// DecodeSignalRecord is DecodeSignal by the record's content type.
func DecodeSignalRecord(r *Record) (Signal, error) {
	if r.IsProtobuf() {
		return decodeSignalProto(r.Value)
	}
	return DecodeSignal(r.Value)
}

// DecodeOrderEventRecord is DecodeOrderEvent by the record's content type.
func DecodeOrderEventRecord(r *Record) (OrderEvent, error) {
	if r.IsProtobuf() {
		return decodeOrderProto(r.Value)
	}
	return DecodeOrderEvent(r.Value)
}

// DecodePositionRecord is DecodePosition by the record's content type.
func DecodePositionRecord(r *Record) (PositionUpdate, error) {
	if r.IsProtobuf() {
		return decodePositionProto(r.Value)
	}
	return DecodePosition(r.Value)
}

// DecodeAlertRecord is DecodeAlert by the record's content type.
func DecodeAlertRecord(r *Record) (RiskAlert, error) {
	if r.IsProtobuf() {
		return decodeAlertProto(r.Value)
	}
	return DecodeAlert(r.Value)
}

// DecodeCommandRecord is DecodeCommand by the record's content type.
func DecodeCommandRecord(r *Record) (Command, error) {
	if r.IsProtobuf() {
		return decodeCommandProto(r.Value)
	}
	return DecodeCommand(r.Value)
}
