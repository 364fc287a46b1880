// Package demo makes the demo project 临江苑: about 1,200 units, the people who
// live there, the staff, and a year of plausible history, all invented.
//
// It owns: the plan (what the estate looks like, who says what and when) and
// loading it through the rooms' own services, so that nothing in the demo could
// not have been done on screen. It does not own any table. The plan depends only
// on its seed: history and pictures repeat. Start at MakePlan, then Load.
package demo
