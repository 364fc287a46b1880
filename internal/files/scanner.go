package files

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Scanner looks for malware; it returns the name of what it found, "" for
// nothing. An error means that nobody looked, and refuses the file.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (found string, err error)
}

// ClamAV asks a clamd by its INSTREAM command. Address is the path of its
// socket, or host:port.
type ClamAV struct {
	Address string
	Timeout time.Duration // of one file; 30 s when 0
}

// Scan implements Scanner.
func (c ClamAV) Scan(ctx context.Context, r io.Reader) (string, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	network := "tcp"
	if strings.HasPrefix(c.Address, "/") {
		network = "unix"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, c.Address)
	if err != nil {
		return "", fmt.Errorf("reaching clamd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return "", fmt.Errorf("asking clamd: %w", err)
	}
	buf := make([]byte, 4+32<<10)
	for {
		n, err := r.Read(buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n)) //nolint:gosec // at most 32 KiB
			if _, err := conn.Write(buf[:4+n]); err != nil {
				return "", fmt.Errorf("sending to clamd: %w", err)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	if _, err := conn.Write([]byte{0, 0, 0, 0}); err != nil {
		return "", fmt.Errorf("sending to clamd: %w", err)
	}
	answer, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	answer = strings.TrimRight(answer, "\x00\n")
	switch {
	case strings.HasSuffix(answer, ": OK"):
		return "", nil
	case strings.HasSuffix(answer, " FOUND"):
		return strings.TrimSuffix(strings.TrimPrefix(answer, "stream: "), " FOUND"), nil
	}
	return "", fmt.Errorf("clamd answered %q: %w", answer, errOr(err, io.ErrUnexpectedEOF))
}

func errOr(err, other error) error {
	if err == nil {
		return other
	}
	return err
}
