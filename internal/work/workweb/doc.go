// Package workweb serves the pages of dispatching: a technician's orders on
// the phone, and the board.
//
// It owns: what these pages show and which step a thumb does next. It does not
// own: the steps themselves (the procedure), how a field is drawn (caseform),
// who should be sent (work). Start at Pages.Routes.
package workweb
