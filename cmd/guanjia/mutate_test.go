package main

import "testing"

// Only a test that ran and failed has noticed.
func TestUnnoticed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ out, why string }{
		"failed": {`{"Action":"run","Test":"TestA"}
{"Action":"fail","Test":"TestA/part"}
{"Action":"fail","Test":"TestA"}
{"Action":"fail"}`, ""},
		"passed":         {`{"Action":"pass","Test":"TestA"}`, "its test passes with its place of the program spoiled"},
		"another failed": {`{"Action":"fail","Test":"TestB"}`, "its test did not run"},
		"nothing ran":    {`{"Action":"fail"}`, "its test did not run"},
		"skipped":        {`{"Action":"skip","Test":"TestA"}`, "its test did not run"},
		"no build":       {`{"Action":"build-output"}` + "\n" + `{"Action":"build-fail"}` + "\n" + `{"Action":"fail"}`, "with its place of the program spoiled it does not build"},
		"no JSON":        {`panic: x`, "what go test says cannot be read"},
	} {
		if why := unnoticed([]byte(c.out), "TestA"); why != c.why {
			t.Errorf("%s: %q, want %q", name, why, c.why)
		}
	}
}
