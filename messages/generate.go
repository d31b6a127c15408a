package messages

//go:generate protoc --proto_path=proto --go_out=.. --go_opt=module=github.com/velox-trading/velox proto/events.proto proto/state.proto
