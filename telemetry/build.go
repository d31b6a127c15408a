package telemetry

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/velox-trading/velox/trading/zone"
)

// Build says which code runs.
type Build struct {
	// Version is the module's version, or "devel" for a build of a work tree.
	Version string `json:"version"`
	// Revision is the commit, with "+changes" when the work tree had some; empty
	// when the build was made without that knowledge.
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// TimeZones is the release of IANA's time zone database that is in the program.
	TimeZones string `json:"time_zones"`
}

// ReadBuild gives the facts that the Go linker left in this program.
func ReadBuild() Build {
	b := Build{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, TimeZones: zone.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Revision = s.Value + b.Revision
		case s.Key == "vcs.modified" && s.Value == "true":
			b.Revision += "+changes"
		}
	}
	return b
}

// String gives one line for a person.
func (b Build) String() string {
	if b.Revision == "" {
		return fmt.Sprintf("veloxd %s, %s, %s, time zones %s", b.Version, b.Go, b.Platform, b.TimeZones)
	}
	return fmt.Sprintf("veloxd %s (%s), %s, %s, time zones %s", b.Version, b.Revision, b.Go, b.Platform, b.TimeZones)
}

func registerBuildInfo(reg prometheus.Registerer) {
	b := ReadBuild()
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "velox_build_info", Help: "1; the labels say which code runs",
		ConstLabels: prometheus.Labels{"version": b.Version, "revision": b.Revision, "goversion": b.Go, "time_zones": b.TimeZones},
	})
	g.Set(1)
	reg.MustRegister(g)
}
