package client

// Strict makes c refuse members that its types do not have, so that a test
// notices when interface and client part.
func Strict(c *Client) *Client {
	c.strict = true
	return c
}
