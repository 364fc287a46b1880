// Package phone reads telephone numbers as people in China write them.
//
// It owns: the one normal form of a number (E.164 digits), telling mobile,
// landline, service and foreign numbers apart, splitting a cell that holds
// several, and the masked form for screens (PLT-02). It does not own: whose
// number it is (estate) nor calls (desk). It keeps no tables of carriers, so it
// costs no memory. Imports internal/text and the standard library only.
// Start at Parse.
package phone
