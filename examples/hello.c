// Prints its first argument from the end to the beginning.
#include <string.h>
#include <unistd.h>

static void reverse(char *first, char *end) {
    while (first < end) {
        char swapped = *first;
        *first++ = *--end;
        *end = swapped;
    }
}

static int continues_character(char byte) { return (byte & 0xC0) == 0x80; }

int main(int argc, char **argv) {
    if (argc < 2) {
        static const char usage[] = "usage: hello TEXT\n";
        write(STDERR_FILENO, usage, sizeof usage - 1);
        return 2;
    }
    char *text = argv[1];
    size_t length = strlen(text);
    // The bytes within each character of UTF-8 first, so that they are in order afterwards.
    for (size_t begin = 0; begin < length;) {
        size_t end = begin + 1;
        while (end < length && continues_character(text[end])) end++;
        reverse(text + begin, text + end);
        begin = end;
    }
    reverse(text, text + length);
    text[length++] = '\n'; // in the place of the terminator
    return write(STDOUT_FILENO, text, length) != (ssize_t)length;
}
