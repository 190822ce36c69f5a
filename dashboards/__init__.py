"""The screens for enterprises and planners: Streamlit pages behind one login."""
