// Package notice tells people inside the system: the bell (提醒).
//
// It owns: notices to an account or a role in a project, what each account has
// read, the hook for pages that show the bell live, and the line of words meant
// for customers that outside channels will carry. It does not own: what is
// worth telling (casefile and other rooms), sending by SMS or WeChat.
// Start at Service.Tell.
package notice
