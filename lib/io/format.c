/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.c - printf's conversions. Pure: no state, no back end, so it compiles and is tested on
 * the host.
 *
 * A conversion is parsed into a struct spec, its argument turned into a prefix ("-", "0x") and a
 * body of digits or text; one function then pads both to the width. An unknown conversion is
 * printed as it stands and takes no argument.
 */
#include "format.h"

enum { MAX_DIGITS = 22 }; /* 64 bits, octal */

struct spec {
	int left;  /* - */
	int zero;  /* 0 */
	int alt;   /* # */
	char sign; /* '+' or ' ', or 0 */
	int width;
	int precision; /* -1: none given */
	int length;    /* bytes of an integer argument */
};

struct output {
	struct format_sink *sink;
	int count;
};

static void put(struct output *out, char c)
{
	out->sink->put(out->sink, c);
	out->count++;
}

static void put_many(struct output *out, char c, int n)
{
	for (; n > 0; n--)
		put(out, c);
}

/* prefix, zeros up to the precision, body: all padded to the width. */
static void put_field(struct output *out, const struct spec *s, const char *prefix, int zeros,
		      const char *body, int size)
{
	int prefix_size = 0, padding;

	while (prefix[prefix_size])
		prefix_size++;
	padding = s->width - prefix_size - zeros - size;

	if (!s->left && !s->zero)
		put_many(out, ' ', padding);
	while (*prefix)
		put(out, *prefix++);
	if (!s->left && s->zero)
		put_many(out, '0', padding);
	put_many(out, '0', zeros);
	for (; size > 0; size--)
		put(out, *body++);
	if (s->left)
		put_many(out, ' ', padding);
}

static void put_number(struct output *out, struct spec *s, unsigned long long value, unsigned base,
		       const char *digits, const char *prefix)
{
	char text[MAX_DIGITS];
	int at = MAX_DIGITS, zeros = 0;

	for (; value != 0; value /= base)
		text[--at] = digits[value % base];
	if (s->precision >= 0) {
		s->zero = 0; /* a precision overrides the flag */
		zeros = s->precision - (MAX_DIGITS - at);
	} else if (at == MAX_DIGITS) {
		zeros = 1; /* the number 0 */
	}
	put_field(out, s, prefix, zeros > 0 ? zeros : 0, text + at, MAX_DIGITS - at);
}

static void put_string(struct output *out, struct spec *s, const char *text)
{
	int size = 0;

	if (!text)
		text = "(null)";
	while ((s->precision < 0 || size < s->precision) && text[size])
		size++;
	s->zero = 0;
	put_field(out, s, "", 0, text, size);
}

static unsigned long long to_length(unsigned long long value, int length)
{
	return length == 8 ? value : value & ((1ULL << length * 8) - 1);
}

static long long sign_extend(unsigned long long value, int length)
{
	return (long long)(value << (64 - length * 8)) >> (64 - length * 8);
}

static const char *parse_number(const char *f, int *number)
{
	enum { LIMIT = 1000000 };

	for (*number = 0; *f >= '0' && *f <= '9'; f++)
		if (*number < LIMIT)
			*number = *number * 10 + (*f - '0');
	return f;
}

static const char *parse_flags(const char *f, struct spec *s)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			s->left = 1;
			break;
		case '0':
			s->zero = 1;
			break;
		case '#':
			s->alt = 1;
			break;
		case '+':
			s->sign = '+';
			break;
		case ' ':
			if (!s->sign)
				s->sign = ' ';
			break;
		default:
			return f;
		}
	}
}

static const char *parse_length(const char *f, struct spec *s)
{
	s->length = 4;
	switch (*f) {
	case 'h':
		s->length = f[1] == 'h' ? 1 : 2;
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		s->length = f[1] == 'l' ? 8 : sizeof(long);
		return f + (f[1] == 'l' ? 2 : 1);
	case 'j':
		s->length = 8;
		return f + 1;
	case 'z':
	case 't':
		s->length = sizeof(long);
		return f + 1;
	default:
		return f;
	}
}

/*
 * An argument that is not longer than a word: on these machines it is passed as one, and so is a union of
 * a word (a thread id).
 */
#define NEXT_WORD(arguments) __builtin_va_arg(arguments, unsigned long)

/* An integer argument of so many bytes. */
#define NEXT_INTEGER(arguments, length) \
	((length) > (int)sizeof(long) ? __builtin_va_arg(arguments, unsigned long long) : NEXT_WORD(arguments))

int format_text(struct format_sink *sink, const char *format, __builtin_va_list list)
{
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	struct output out = { sink, 0 };
	__builtin_va_list arguments;

	__builtin_va_copy(arguments, list);
	for (; *format; format++) {
		struct spec s = { .precision = -1 };
		const char *f = format + 1;
		unsigned long long value;
		char sign[2] = "", character;

		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		f = parse_flags(f, &s);
		if (*f == '*') {
			s.width = (int)NEXT_WORD(arguments);
			if (s.width < 0) {
				s.left = 1;
				s.width = -s.width;
			}
			f++;
		} else {
			f = parse_number(f, &s.width);
		}
		if (*f == '.' && f[1] == '*') {
			s.precision = (int)NEXT_WORD(arguments);
			f += 2;
		} else if (*f == '.') {
			f = parse_number(f + 1, &s.precision);
		}
		f = parse_length(f, &s);

		switch (*f) {
		case 'd':
		case 'i':
			value = (unsigned long long)sign_extend(NEXT_INTEGER(arguments, s.length), s.length);
			sign[0] = (long long)value < 0 ? '-' : s.sign;
			put_number(&out, &s, (long long)value < 0 ? -value : value, 10, lower, sign);
			break;
		case 'u':
			value = to_length(NEXT_INTEGER(arguments, s.length), s.length);
			put_number(&out, &s, value, 10, lower, "");
			break;
		case 'o':
			value = to_length(NEXT_INTEGER(arguments, s.length), s.length);
			put_number(&out, &s, value, 8, lower, s.alt && value ? "0" : "");
			break;
		case 'x':
			value = to_length(NEXT_INTEGER(arguments, s.length), s.length);
			put_number(&out, &s, value, 16, lower, s.alt && value ? "0x" : "");
			break;
		case 'X':
			value = to_length(NEXT_INTEGER(arguments, s.length), s.length);
			put_number(&out, &s, value, 16, upper, s.alt && value ? "0X" : "");
			break;
		case 'p':
			put_number(&out, &s, NEXT_WORD(arguments), 16, lower, "0x");
			break;
		case 'c':
			character = (char)NEXT_WORD(arguments);
			s.zero = 0;
			put_field(&out, &s, "", 0, &character, 1);
			break;
		case 's':
			put_string(&out, &s, (const char *)NEXT_WORD(arguments));
			break;
		case '%':
			put(&out, '%');
			break;
		default:
			put(&out, '%');
			continue;
		}
		format = f;
	}
	__builtin_va_end(arguments);
	return out.count;
}

struct buffer {
	struct format_sink sink;
	char *text;
	unsigned long room; /* without the terminating zero */
};

static void buffer_put(struct format_sink *sink, char character)
{
	struct buffer *buffer = (struct buffer *)sink;

	if (buffer->room == 0)
		return;
	*buffer->text++ = character;
	buffer->room--;
}

int format_buffer(char *text, unsigned long size, const char *format, __builtin_va_list arguments)
{
	struct buffer buffer = { { buffer_put }, text, size ? size - 1 : 0 };
	int count = format_text(&buffer.sink, format, arguments);

	if (size)
		*buffer.text = 0;
	return count;
}
