// Package house is the stage with everything: stories are played through the
// services over a fresh database, through pages and the API.
//
// It owns: what a given unit, person or member of staff comes to in the rooms,
// letting the timer run, reading a case back, rows of tables, requests, and
// taking a table or a route away. It does not own: building the program (the
// application hands over a Build), the meaning of sentences (coverage). It is
// imported by the application and tests only. Start at New.
package house
