"""The companies of the demo: prospects of every size, a few competitors, and agencies that only look around."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from random import Random

from leads.demo.names import PLACES, Place, words

STEMS = words(
    "Alder Amberline Arclight Ashgrove Basalt Beacon Birchway Bluestem Brightwater Calder Canopy Cedarline Cinder "
    "Clearbrook Cobalt Copperfield Corvid Crestline Driftwood Dunmore Eastgate Elmstone Emberly Fairhaven Fenwick "
    "Fernhill Flintlock Foxglove Glasswing Goldcrest Granite Greywater Halcyon Harbour Hawthorn Highmoor Hollis "
    "Ironbark Juniper Kestrel Kingsley Lakeshore Larkspur Lighthouse Linden Lodestar Longview Magnolia Maplewood "
    "Marlowe Meridian Millrace Moorland Northwind Oakhaven Oriel Osprey Palisade Pebble Pinecrest Quarry Quill "
    "Ravenswood Redwood Ridgeway Rookery Rosewood Saltmarsh Sandpiper Silverlake Skylark Slate Sparrow Stonebridge "
    "Summit Sycamore Tamarind Tidewater Timber Umber Valewood Verdant Wayfarer Westbrook Whitestone Willow Windrush "
    "Wrenfield Yarrow Zephyr"
)

ENDINGS = {
    "Software": ("Systems", "Labs", "Software", "Cloud"),
    "Manufacturing": ("Works", "Industries", "Components", "Tooling"),
    "Financial services": ("Capital", "Finance", "Payments", "Insurance"),
    "Healthcare": ("Health", "Clinics", "Diagnostics", "Care"),
    "Retail": ("Stores", "Goods", "Retail", "Market"),
    "Logistics": ("Logistics", "Freight", "Shipping", "Transport"),
    "Professional services": ("Partners", "Advisory", "Associates", "Consulting"),
    "Education": ("Learning", "Academy", "Training", "Schools"),
    "Media": ("Media", "Press", "Studios", "Publishing"),
    "Energy": ("Energy", "Power", "Solar", "Utilities"),
}
SHARES = {
    "Software": 24, "Manufacturing": 15, "Financial services": 13, "Healthcare": 10, "Retail": 10, "Logistics": 8,
    "Professional services": 9, "Education": 4, "Media": 4, "Energy": 3,
}  # fmt: skip
SIZES = (
    ((3, 19), 18),
    ((20, 49), 20),
    ((50, 199), 27),
    ((200, 999), 22),
    ((1000, 4999), 10),
    ((5000, 32000), 3),
)
REVENUE_PER_HEAD = (90_000, 260_000)

COMPETITORS = (
    ("Leadwright", "leadwright.example"),
    ("Funnelsmith", "funnelsmith.example"),
    ("Pipecrest", "pipecrest.example"),
    ("Scorely", "scorely.example"),
)


@dataclass(slots=True)
class DemoCompany:
    """A company as the demo knows it: more than it records, such as whether its mail passes a link scanner."""

    name: str
    domain: str
    industry: str
    employees: int
    revenue: Decimal | None
    place: Place
    scans_links: bool
    competitor: bool = False
    tier: str = ""

    @property
    def weight(self) -> float:
        """How many people of it turn up, against the others."""
        return 1.0 + math.pow(min(self.employees, 3000), 0.4)


def draw_companies(number: int, rng: Random) -> list[DemoCompany]:
    """`number` prospects and the competitors, each with a name and domain of its own."""
    free = {industry: list(product(STEMS, endings)) for industry, endings in ENDINGS.items()}
    for names in free.values():
        rng.shuffle(names)
    companies = []
    for industry in rng.choices(list(SHARES), list(SHARES.values()), k=number):
        stem, ending = free[industry].pop()
        companies.append(_draw(f"{stem} {ending}", f"{stem}{ending}.example".lower(), industry, rng))
    for name, domain in COMPETITORS:
        competitor = _draw(name, domain, "Software", rng)
        competitor.competitor = True
        companies.append(competitor)
    return companies


def _draw(name: str, domain: str, industry: str, rng: Random) -> DemoCompany:
    low, high = rng.choices([size for size, _ in SIZES], [share for _, share in SIZES])[0]
    employees = round(low * (high / low) ** rng.random())
    revenue = Decimal(round(employees * rng.uniform(*REVENUE_PER_HEAD), -4))
    return DemoCompany(
        name=name,
        domain=domain,
        industry=industry,
        employees=employees,
        revenue=revenue if rng.random() < 0.8 else None,
        place=rng.choices(PLACES, [place.share for place in PLACES])[0],
        scans_links=rng.random() < 0.06,
        tier="Target account" if employees >= 200 and rng.random() < 0.3 else "",
    )
