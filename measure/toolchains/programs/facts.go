// Prints an argument, a line of standard input and a variable, and exits with 3.
package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"os"
	"time"
)

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Scan()
	if _, err := rand.Read(make([]byte, 8)); err != nil || time.Now().Unix() < 1700000000 {
		os.Exit(2)
	}
	fmt.Println(os.Args[1], input.Text(), os.Getenv("WORD"))
	os.Exit(3)
}
