package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// TLS says how connections to brokers are encrypted.
type TLS struct {
	// Enabled turns TLS on. The other fields need it.
	Enabled bool `yaml:"enabled"`
	// CAFile holds the PEM certificates that brokers are checked against; empty:
	// the system's.
	CAFile string `yaml:"ca_file"`
	// CertFile and KeyFile are the PEM certificate and key that this node shows
	// (mTLS); both or neither.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
	// ServerName is the name that a broker's certificate must bear; empty: the
	// host that was dialled.
	ServerName string `yaml:"server_name"`
}

// SASL says how this node proves who it is.
type SASL struct {
	// Mechanism is "", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512" or
	// "OAUTHBEARER".
	Mechanism string `yaml:"mechanism"`
	Username  string `yaml:"username"`
	Password  string `yaml:"password"`
	// Token is OAUTHBEARER's.
	Token string `yaml:"token"`
}

var mechanisms = []string{"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"}

func (t TLS) validate() []FieldError {
	var bad []FieldError
	if !t.Enabled && t != (TLS{}) {
		bad = append(bad, FieldError{"tls.enabled", "false, but other settings of tls are given: want true"})
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		bad = append(bad, FieldError{"tls.cert_file", "want both cert_file and key_file, or neither"})
	}
	return bad
}

func (s SASL) validate(encrypted bool) []FieldError {
	var bad []FieldError
	switch {
	case !slices.Contains(mechanisms, s.Mechanism):
		bad = append(bad, FieldError{"sasl.mechanism", fmt.Sprintf("%q: want PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, or nothing", s.Mechanism)})
	case s.Mechanism == "":
		if s != (SASL{}) {
			bad = append(bad, FieldError{"sasl.mechanism", "empty, but other settings of sasl are given"})
		}
	case s.Mechanism == "OAUTHBEARER":
		if s.Token == "" {
			bad = append(bad, FieldError{"sasl.token", "must not be empty for OAUTHBEARER"})
		}
	default:
		if s.Username == "" || s.Password == "" {
			bad = append(bad, FieldError{"sasl.username", "want username and password for " + s.Mechanism})
		}
	}
	if !encrypted && (s.Mechanism == "PLAIN" || s.Mechanism == "OAUTHBEARER") {
		bad = append(bad, FieldError{"sasl.mechanism", s.Mechanism + " sends the secret as it is: want tls.enabled true"})
	}
	return bad
}

// String keeps secrets out of logs.
func (s SASL) String() string {
	if s.Mechanism == "" {
		return "none"
	}
	return s.Mechanism + " as " + s.Username
}

// GoString keeps secrets out of %#v, too.
func (s SASL) GoString() string { return s.String() }

func (t TLS) load() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.ca_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca_file: %s holds no PEM certificate", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.cert_file: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func (s SASL) mechanism() (sasl.Mechanism, error) {
	switch s.Mechanism {
	case "PLAIN":
		return plain.Auth{User: s.Username, Pass: s.Password}.AsMechanism(), nil
	case "SCRAM-SHA-256":
		return scram.Auth{User: s.Username, Pass: s.Password}.AsSha256Mechanism(), nil
	case "SCRAM-SHA-512":
		return scram.Auth{User: s.Username, Pass: s.Password}.AsSha512Mechanism(), nil
	case "OAUTHBEARER":
		return oauth.Oauth(func(context.Context) (oauth.Auth, error) { return oauth.Auth{Token: s.Token}, nil }), nil
	}
	return nil, errors.New("sasl.mechanism: " + s.Mechanism + " is not known")
}

// securityOptions gives the client options of TLS, SASL and Dial.
func (c *Config) securityOptions() ([]kgo.Opt, error) {
	var opts []kgo.Opt
	switch {
	case c.Dial != nil:
		opts = append(opts, kgo.Dialer(c.Dial))
	case c.TLS.Enabled:
		config, err := c.TLS.load()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(config))
	}
	if c.SASL.Mechanism != "" {
		m, err := c.SASL.mechanism()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.SASL(m))
	}
	return opts, nil
}
