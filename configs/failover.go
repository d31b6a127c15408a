package configs

import _ "embed"

// FastFailover is the text of fast-failover.yaml: the settings with which a node that
// was killed is replaced within seconds.
//
//go:embed fast-failover.yaml
var FastFailover []byte
