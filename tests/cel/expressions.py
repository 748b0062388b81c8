"""Expressions on the functions of Kubernetes and of CEL, with the values at which they change their minds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

QUANTITIES = (
    *("1", "1.5", "100m", "1Gi", "1G", "0.5Gi", "1e3", "1E3", "1E", "-1k", "+2", "1.", "  1", "1 ", ".5"),
    *("1000m", "1Ki", "200K", "Mi", "", "1,3", "0x1", "1e-3", "12n", "0.1n", "9223372036854775807"),
    *("9223372036854775808", "8Ei", "16Ei", "1e30", "01", "1.50", "-0", "0", "-.5Mi", "1ki", "1MI", "1e+2"),
    *("--1", "1e", "5u"),
)
ON_QUANTITIES = (
    "isQuantity('{}')",
    "quantity('{}').isInteger()",
    "quantity('{}').asInteger()",
    "sign(quantity('{}'))",
    "quantity('{}').asApproximateFloat()",
    "quantity('{0}').add(1) == quantity('{0}')",
    "quantity('{}').compareTo(quantity('1'))",
    "quantity('{}') == quantity('1')",
    "quantity('{}').sub(quantity('500m')).isLessThan(quantity('1'))",
    "quantity('{}').isGreaterThan(quantity('1Mi'))",
)
ADDRESSES = (
    *("1.2.3.4", "01.2.3.4", "1.2.3", "::1", "::", "fe80::1", "fe80::1%eth0", "::ffff:1.2.3.4"),
    *("2001:DB8::1", "2001:db8:0:0:0:0:0:1", "ff02::1", "224.0.0.1", "169.254.1.1", "0.0.0.0"),
    *("255.255.255.255", "1.2.3.4 ", "1.2.3.256", "", "a", "10.0.0.1", "1:2:3:4:5:6:7::", "1::2::3"),
    *("2001:db8:0:0:1:0:0:1", "64:ff9b::1.2.3.4", "239.1.1.1", "127.0.0.5", "1.2.3.4/32"),
)
ON_ADDRESSES = (
    "isIP('{}')",
    "ip.isCanonical('{}')",
    "string(ip('{}'))",
    "ip('{}').family()",
    "ip('{}').isLoopback()",
    "ip('{}').isUnspecified()",
    "ip('{}').isGlobalUnicast()",
    "ip('{}').isLinkLocalMulticast()",
    "ip('{}').isLinkLocalUnicast()",
    "ip('{}') == ip('::1')",
)
RANGES = (
    *("10.0.0.0/8", "10.1.2.3/8", "10.0.0.0/08", "10.0.0.0/33", "10.0.0.0", "::/0", "2001:db8::/32"),
    *("::ffff:1.2.3.4/96", "10.0.0.0/255.0.0.0", "fe80::1%e/64", "0.0.0.0/0", "10.0.0.0/+8"),
    *("2001:DB8::1/64", "/8", "10.0.0.0/"),
)
ON_RANGES = (
    "isCIDR('{}')",
    "string(cidr('{}'))",
    "string(cidr('{}').masked())",
    "string(cidr('{}').ip())",
    "cidr('{}').prefixLength()",
    "cidr('{}').containsIP('10.2.3.4')",
    "cidr('{}').containsCIDR('10.128.0.0/9')",
    "cidr('{}').containsIP(ip('2001:db8::5'))",
    "cidr('{}').containsCIDR(cidr('10.1.2.0/24'))",
    "cidr('{}').containsCIDR('x')",
    "cidr('{0}') == cidr('{0}').masked()",
)
VERSIONS = (
    *("1.2.3", "1.2.3-alpha.1", "1.2.3-01", "1.2.3+build.5", "v1.2.3", "1.2", "1", "01.2.3", "v01.02"),
    *("1.2.3-", "1.2.3-alpha", "1.10.0", "1.9.0", "1.2.3-alpha.10", "1.2.3-alpha.beta", "1.2-rc"),
    *("18446744073709551616.0.0", "a.b.c", "", "1.2.3.4", "00.1.2", "1.0.0+x"),
)
ON_VERSIONS = (
    "isSemver('{}')",
    "isSemver('{}', true)",
    "semver('{}').major()",
    "semver('{}', true).minor()",
    "semver('{}').patch()",
    "semver('{}') == semver('1.2.3')",
    "semver('{}', true).compareTo(semver('1.2.3'))",
    "semver('{}').isGreaterThan(semver('1.2.3-alpha.2'))",
    "semver('{}').isLessThan(semver('1.2.3-alpha.2'))",
)
URLS = (
    *(
        "https://a.b",
        "https://a.b:80/p?x=1&y=2&x=3",
        "/abs/path",
        "rel",
        "",
        "https://a b",
        "http://[::1]:80/",
    ),
    *("http://[::1/", "http://u:p@h/", "http://h:abc/", "http://h:/", "mailto:x@y", "HTTP://H", "//h/p"),
    *("https://a/%zz", "https://a/%20x", "https://a/a b", "https://a/#frag", "/p#f", "*"),
    *("https://a.b/?q=a+b%20c&;z=1&=v&k", "http://a%20b/", "1http://x", "http://x/é", "http://::1/"),
    *("http://a:1:2/", "?x=1", "http://", "https:///p", "http:opaque", "https://ex.com:8080/a%2Fb"),
    *("http://[1.2.3.4]/", "http://a_b.c/", "http://h?x=1", "http://h#f", "https://a/p^q"),
    *("http://[fe80::1%25en0]:80/", " http://a", "http://a\\t"),
)
ON_URLS = (
    "isURL('{}')",
    "url('{}').getScheme()",
    "url('{}').getHost()",
    "url('{}').getHostname()",
    "url('{}').getPort()",
    "url('{}').getEscapedPath()",
    "url('{}').getQuery() == {{'x': ['1', '3'], 'y': ['2']}}",
    "url('{}').getQuery() == {{'q': ['a b c'], 'k': ['']}}",
    "url('{}').getQuery().size()",
)
FORMATS: Mapping[str, Sequence[str]] = {
    "dns1123Label": ("a", "A", "a-", "-a", "a.b", "a" * 64, ""),
    "dns1123Subdomain": ("a.b", "a..b", "a" * 254, "a-.b"),
    "dns1035Label": ("1a", "a1"),
    "qualifiedName": ("a/b", "/b", "a.b/C_d", "A/b", "a/b/c", ""),
    "dns1123LabelPrefix": ("a-", "-", "a--"),
    "dns1123SubdomainPrefix": ("a.b-", "a.", "a-"),
    "dns1035LabelPrefix": ("a-", "1-"),
    "labelValue": ("", "a", "-a", "a_b.C", "a" * 64),
    "uri": ("http://a", "a", "/a"),
    "uuid": (
        "123e4567-e89b-12d3-a456-426614174000",
        "123e4567e89b12d3a456426614174000",
        "123E4567-E89B-12D3-A456-426614174000",
        "x",
    ),
    "byte": ("aGk=", "aGk", "", "a!==", "aGk=\\n"),
    "date": ("2021-02-29", "2020-02-29", "2020-2-9", "x"),
    "datetime": (
        "2020-01-01T00:00:00Z",
        "2020-01-01 00:00:00Z",
        "2020-01-01T25:00:00Z",
        "2020-01-01",
        "2020-01-01T00:00:00.123+02:00",
        "2020-01-01T00:00Z",
        "2020-01-01T00:00:00",
    ),
}
PATTERNS = (
    *("b", "(b)", "b+", "[a-c]+", "x*", "(?i)B", "(a)(b)", "(?P<n>b)", "\\\\(b", "[(]b", "^a", "c$", "(("),
    *("\\\\d+", "(?:b)c", "a|b", "[[:alpha:]]+", "[]b]+", "\\\\Q(\\\\Eb", ""),
)
SEARCHED = ("abc", "aabbcc", "", "(b)12", "BbB")
ON_PATTERNS = (
    "'{}'.find('{}')",
    "'{}'.findAll('{}') == ['b']",
    "'{}'.findAll('{}').size()",
    "'{}'.findAll('{}', 1).size()",
    "'{}'.matches('{}')",
)

LISTS = """
[1,2,3].isSorted()
[3,1].isSorted()
['a','b'].isSorted()
[].isSorted()
[1,2].sum()
[1.5,2.5].sum()
[].sum()
[9223372036854775807,1].sum()
[duration('1s'),duration('2s')].sum() == duration('3s')
[1,5,2].max()
[].max()
['a','c'].min()
[1,2,1].indexOf(1)
[1,2,1].lastIndexOf(1)
[1].indexOf(2)
['a'].indexOf('a')
[[1]].indexOf([1])
[{'a':1}].indexOf({'a':1})
[true].indexOf(true)
[1,2].includes(2)
[timestamp('2020-01-01T00:00:00Z')].isSorted()
[1,2,3].reverse() == [3,2,1]
[1,[2]].flatten().size()
lists.range(3) == [0,1,2]
[3,1,2].sort() == [1,2,3]
[1,1,2].distinct().size()
[1,2,3].slice(1,2) == [2]
['bb','a'].sortBy(x, x.size()) == ['a','bb']
sets.contains([1,2],[1])
sets.equivalent([1,1],[1])
sets.intersects([1],[2])
sets.contains([],[])
sets.contains([1.0],[1])
[1,2].all(i, v, i < v)
{'a':1}.exists(k, v, k == 'a' && v == 1)
{'a':1}.existsOne(k, v, v == 1)
[1,2].transformList(i, v, i + v) == [1,3]
{'a':1}.transformMap(k, v, v + 1) == {'a':2}
{'a':'x'}.transformMapEntry(k, v, {v:k}) == {'x':'a'}
{'a':'x'}.transformMap(k, v, v == 'x', v + 'y') == {'a':'xy'}
[1,2].transformMap(i, v, v * 2) == {0:2,1:4}
[1,2].exists_one(x, x > 1)
[1,2].map(x, x > 1, x) == [2]
[1,2].filter(x, x > 1) == [2]
[].all(x, false)
{'a':1,'b':2}.all(k, k in ['a','b'])
{'a':1}.map(k, k) == ['a']
1 in [1.0]
'a' in {'a':1}
[1][1]
[1][-1]
{'a':1}['b']
{1:'a'}[1]
{1:'a'}[1.0]
{'a':{'b':1}}.a.b
[1.0] == [1]
{'a':1} == {'a':1.0}
quantity('1') in [quantity('1000m')]
"""
TEXTS = """
'hello'.charAt(1)
'hello'.charAt(9)
'a'.charAt(-1)
'hello'.indexOf('l')
'hello'.indexOf('l', 3)
'hello'.lastIndexOf('l')
'HeLLo'.lowerAscii()
'hello'.upperAscii()
'aaa'.replace('a','b')
'aaa'.replace('a','b',2)
'a,b,c'.split(',').size()
'a,b,c'.split(',',2) == ['a','b,c']
''.split(',').size()
'hello'.substring(2)
'hello'.substring(1,3)
'hello'.substring(9)
'tacocat'.substring(4,2)
' x '.trim()
['a','b'].join('-')
['a','b'].join()
'%s-%d-%.2f'.format(['a',1,1.5])
'%s'.format([[1,'a']])
'%s'.format([{'a':1}])
'%x'.format([255])
'%b'.format([5])
'%e'.format([1.5])
'%o'.format([8])
'%s'.format([true])
'%s'.format([1.0])
'%s'.format([null])
'%d'.format(['a'])
'%s'.format([duration('1h')])
strings.quote('a"b')
'abc'.reverse()
'é'.size()
'aé'.indexOf('é')
bytes('é').size()
'abc'.matches('^a.c$')
'a\\nc'.matches('a.c')
'a'.matches('[')
'abc'.contains('b')
'a' < 'b'
"""
OPTIONALS = """
optional.of(1).hasValue()
optional.none().hasValue()
optional.of(1).or(optional.of(2)).value()
optional.none().orValue(3)
optional.none().value()
optional.ofNonZeroValue(0).hasValue()
{'a':1}[?'b'].orValue(5)
[1][?3].hasValue()
{'a':1}.?a.value()
{?'a': optional.none()}.size()
[?optional.of(1)].size()
optional.of(1).optMap(x, x+1).value()
optional.of(1) == optional.of(1)
optional.none() == optional.none()
[1,2].first().value()
[1,2].last().value()
"""
NUMBERS = """
1 == 1.0
1 < 1.5
dyn(1) == 1.0
dyn(1) == 'a'
1/0
1%0
9223372036854775807+1
-9223372036854775808-1
int('x')
int('5')
int('9223372036854775808')
int(1.9)
int(-1.9)
uint(5)
double('1e3')
double('x')
string(1.5)
string(1.0)
string(100000000.0)
string(1e21)
bool('true')
bool('x')
true && 1/0 == 1
true || 1/0 == 1
1/0 == 1 || true
7/2
-7/2
-7%3
7.0/2.0
1.0/0.0
0x10
1u
true ? 1 : 2
null == null
dyn(null) == 1
has({'a':1}.a)
type(1) == int
type(ip('1.2.3.4')) == net.IP
"""
TIMES = """
duration('1h30m').getMinutes()
duration('x')
duration('1h') > duration('59m')
duration('1.5s').getMilliseconds()
string(duration('1h'))
timestamp('2020-01-01T00:00:00Z').getDayOfWeek()
timestamp('2020-01-01T00:00:00Z') + duration('24h') == timestamp('2020-01-02T00:00:00Z')
timestamp('2020-13-01T00:00:00Z')
timestamp('2020-01-01T00:00:00+02:00').getHours()
timestamp('2020-01-01T00:00:00Z').getHours('America/New_York')
string(timestamp('2020-01-01T00:00:00Z'))
int(timestamp('1970-01-01T00:00:05Z'))
timestamp(5) == timestamp('1970-01-01T00:00:05Z')
"""


def expressions() -> list[str]:
    """All of them, each once."""
    return list(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    for values, patterns in (
        (QUANTITIES, ON_QUANTITIES),
        (ADDRESSES, ON_ADDRESSES),
        (RANGES, ON_RANGES),
        (VERSIONS, ON_VERSIONS),
        (URLS, ON_URLS),
    ):
        yield from (pattern.format(value) for value in values for pattern in patterns)
    for name, texts in FORMATS.items():
        yield f"format.{name}() == format.named('{name}').value()"
        for value in texts:
            yield f"format.{name}().validate('{value}').hasValue()"
            yield f"format.named('{name}').value().validate('{value}').hasValue()"
    yield from ("format.named('x').hasValue()", "format.named('x').orValue(format.uri()) == format.uri()")
    yield from (one.format(text, pattern) for pattern in PATTERNS for text in SEARCHED for one in ON_PATTERNS)
    for lines in (LISTS, TEXTS, OPTIONALS, NUMBERS, TIMES):
        yield from lines.strip().splitlines()
