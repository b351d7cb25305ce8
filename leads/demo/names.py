"""Where the people of the demo live, and how they are called there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A country with its share of the market, its office clock and its names. `hours` is its distance from UTC."""

    name: str
    share: int
    hours: int
    dial: str
    given: tuple[str, ...]
    family: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PLACES = (
    Place(
        "United States", 34, -5, "+1 555",
        words("Olivia Marcus Harper Jordan Naomi Caleb Renee Dwight Tessa Malcolm Priya Hector Audrey Wesley Simone "
               "Grant Leila Curtis Monica Ethan Paige Andre Valerie Trevor"),
        words("Whitaker Delgado Okafor Brennan Castellano Huang Mercer Salazar Lindgren Pruitt Hargrove Nakamura "
               "Vance Ellsworth Boyd Kaplan Reyes Thornton Iyer Maddox Fontaine Quigley Barlow Stamos"),
    ),
    Place(
        "United Kingdom", 17, 0, "+44 1632",
        words("Imogen Alistair Freya Callum Harriet Rhys Niamh Oliver Zara Duncan Phoebe Tariq Gemma Angus Bronwen "
               "Kieran Louisa Hamish Amara Rupert"),
        words("Ashworth Pembroke Gallacher Okonkwo Threlfall Bannister Llewellyn Hussain Fairclough Drummond Osei "
               "Winterbourne Cartwright Macrae Singh Holloway Penhaligon Barraclough Adeyemi Stokes"),
    ),
    Place(
        "Germany", 13, 1, "+49 30 55",
        words("Annika Jürgen Svenja Matthias Heike Lennart Katharina Uwe Franziska Torsten Miriam Björn Anja Holger "
               "Leonie Yusuf"),
        words("Brandstätter Köhler Wiesner Lautenschläger Öztürk Hagedorn Rademacher Stein Vogt Pfeiffer Grünwald "
               "Albrecht Seidel Bergmann Yıldız Kessler"),
    ),
    Place(
        "France", 8, 1, "+33 1 99 00",
        words("Élodie Thibault Aurélie Mathieu Solène Rachid Camille Gaëtan Inès Baptiste Maëlle Lucien"),
        words("Lefebvre Marchand Beaumont Chevalier Benali Rousselot Delacroix Mercier Fontenay Garnier Diallo "
               "Vasseur"),
    ),
    Place(
        "Netherlands", 6, 1, "+31 20 79",
        words("Femke Joost Marijke Sander Anouk Bram Lotte Wouter Esra Ruben"),
        words("Hoekstra Verhoeven Dijkgraaf Kuiper Brouwer Terpstra Veenstra Demir Schouten Molenaar"),
    ),
    Place(
        "Sweden", 4, 1, "+46 8 465",
        words("Astrid Henrik Malin Oskar Ebba Viktor Sanna Elias"),
        words("Lindqvist Sjöberg Åkerman Nordström Hedlund Engström Wallin Bergqvist"),
    ),
    Place(
        "Spain", 4, 1, "+34 91 06",
        words("Lucía Álvaro Marta Iker Nuria Gonzalo Pilar Sergio"),
        words("Etxeberria Navarro Iglesias Montes Carrasco Villalba Serrano Quiroga"),
    ),
    Place(
        "Poland", 4, 1, "+48 22 39",
        words("Agnieszka Tomasz Kinga Wojciech Zofia Bartosz Magda Paweł"),
        words("Kowalczyk Wiśniewska Zieliński Mazur Nowicki Szymańska Jabłoński Wróbel"),
    ),
    Place(
        "Canada", 5, -5, "+1 555",
        words("Maxime Hannah Gurpreet Elise Connor Mei Dominic Sadie"),
        words("Tremblay Gagnon Sandhu MacKinnon Chan Bouchard Fraser Leblanc"),
    ),
    Place(
        "India", 5, 5, "+91 80 55",
        words("Ananya Rohan Kavitha Arjun Meera Vikram Divya Sanjay"),
        words("Raghavan Chatterjee Nair Deshpande Menon Kulkarni Bhatt Subramanian"),
    ),
)  # fmt: skip
